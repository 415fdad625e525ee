package dev.chaperone.controller.channel;

import java.util.LinkedHashMap;
import java.util.Map;

/** How many bad tokens an address may still send before it has to wait. Good ones cost nothing. */
final class AddressAllowance {
    private static final double MOST = 16;
    private static final double PER_NANO = 1 / 1e9;
    private static final int ADDRESSES = 4096;

    private final Clocks clocks;
    private final Map<String, Allowance> allowances = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Allowance> eldest) {
            return size() > ADDRESSES;
        }
    };

    AddressAllowance(Clocks clocks) {
        this.clocks = clocks;
    }

    /** Whether the address may have one more asked about. */
    synchronized boolean isLeft(String address) {
        return left(address) >= 1;
    }

    /** The token was bad. */
    synchronized void charge(String address) {
        allowances.put(address, new Allowance(Math.max(0, left(address) - 1), clocks.nanoTime()));
    }

    private double left(String address) {
        Allowance allowance = allowances.get(address);
        return allowance == null
                ? MOST
                : Math.min(MOST, allowance.left() + (clocks.nanoTime() - allowance.nanoTime()) * PER_NANO);
    }

    private record Allowance(double left, long nanoTime) {}
}
