package dev.chaperone.guardrail.state;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** How long the machine has been up, which processes one after the other agree on and which nobody can set. */
interface MachineClock {
    /** Names the time that the machine has been up without a break. */
    String boot() throws IOException;

    /** How long that is, times when it was suspended included. */
    Duration up() throws IOException;

    /** What Linux tells in {@code /proc}. On other systems nothing can be told, so every question fails. */
    static MachineClock ofLinux() {
        return of(Path.of("/proc"));
    }

    /** @param proc the directory where {@code proc} is mounted, see proc(5) */
    static MachineClock of(Path proc) {
        return new MachineClock() {
            @Override
            public String boot() throws IOException {
                return text(proc.resolve("sys/kernel/random/boot_id"));
            }

            @Override
            public Duration up() throws IOException {
                String text = text(proc.resolve("uptime"));
                try {
                    return Duration.ofMillis(new BigDecimal(text.split(" ", 2)[0]).movePointRight(3).longValue());
                } catch (NumberFormatException e) {
                    throw new IOException("no time in " + proc.resolve("uptime"), e);
                }
            }

            private String text(Path file) throws IOException {
                return new String(Files.readAllBytes(file), StandardCharsets.US_ASCII).strip();
            }
        };
    }
}
