package dev.chaperone.controller.evidence;

import dev.chaperone.config.Digests;
import dev.chaperone.config.audit.ChainPosition;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A trail as a guardrail writes it. */
public final class TestTrail {
    public static final String BOOT = boot(1);

    private TestTrail() {}

    public static String boot(int number) {
        return "5c0ffee0-0000-4000-8000-%012d".formatted(number);
    }

    /** The first lines of the boot. */
    public static List<byte[]> lines(String boot, int count) {
        return lines(boot, count, "decision");
    }

    /** Another trail of the boot, by what it says. */
    public static List<byte[]> lines(String boot, int count, String event) {
        List<byte[]> lines = new ArrayList<>();
        String previous = ChainPosition.FIRST;
        for (int i = 0; i < count; i++) {
            byte[] line = line(boot, i, previous, event);
            lines.add(line);
            previous = Digests.of(line);
        }
        return lines;
    }

    public static byte[] line(String boot, long sequence, String previous, String event) {
        return ("{\"boot\":\"" + boot + "\",\"seq\":" + sequence + ",\"prev\":\"" + previous
                + "\",\"time\":\"2026-01-01T00:00:00.000000123Z\",\"event\":\"" + event
                + "\",\"call\":\"c" + sequence + "\"}").getBytes(StandardCharsets.UTF_8);
    }

    /** The line, saying something else. */
    static byte[] altered(byte[] line) {
        return text(line).replace("\"call\":\"c", "\"call\":\"d").getBytes(StandardCharsets.UTF_8);
    }

    public static String text(byte[] line) {
        return new String(line, StandardCharsets.UTF_8);
    }

    public static List<String> texts(List<byte[]> lines) {
        return lines.stream().map(TestTrail::text).toList();
    }

    /** What is known once this many of the lines were acknowledged. */
    static KnownTrail known(List<byte[]> lines, int count) {
        String boot = BOOT;
        return count == 0
                ? KnownTrail.before(boot)
                : new KnownTrail(new ChainPosition(boot, count - 1, Digests.of(lines.get(count - 1))), 0);
    }
}
