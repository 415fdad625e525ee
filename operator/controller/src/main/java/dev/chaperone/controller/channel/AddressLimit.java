package dev.chaperone.controller.channel;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import java.util.HashMap;
import java.util.Map;
import org.eclipse.jetty.io.SelectorManager;

/** Closes what one address opens beyond its share, before anything is read of it. */
final class AddressLimit implements SelectorManager.AcceptListener {
    private final int most;
    private final Map<InetAddress, Integer> counts = new HashMap<>();
    private final Map<SelectableChannel, InetAddress> open = new HashMap<>();

    AddressLimit(int most) {
        this.most = most;
    }

    @Override
    public void onAccepting(SelectableChannel channel) {
        try {
            if (channel instanceof SocketChannel socket
                    && socket.getRemoteAddress() instanceof InetSocketAddress remote
                    && !opened(channel, remote.getAddress())) {
                channel.close();
            }
        } catch (IOException e) {
            // It is closed already.
            onClosed(channel);
        }
    }

    private synchronized boolean opened(SelectableChannel channel, InetAddress address) {
        if (counts.getOrDefault(address, 0) >= most) {
            return false;
        }
        counts.merge(address, 1, Integer::sum);
        open.put(channel, address);
        return true;
    }

    @Override
    public void onAcceptFailed(SelectableChannel channel, Throwable cause) {
        onClosed(channel);
    }

    @Override
    public synchronized void onClosed(SelectableChannel channel) {
        InetAddress address = open.remove(channel);
        if (address != null) {
            counts.computeIfPresent(address, (ignored, count) -> count == 1 ? null : count - 1);
        }
    }
}
