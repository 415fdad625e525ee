package dev.chaperone.cli.audit;

import dev.chaperone.cli.audit.AuditVerifier.Options;
import dev.chaperone.cli.console.Console;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Files that have been looked at as the command does. */
record Verified(AuditReport report) {
    static final Options PLAIN = new Options(false, false, false, Map.of());

    private static final Pattern PLACE = Pattern.compile("[a-z0-9.<>-]+:[0-9]+");

    static Verified of(Options options, Map<String, byte[]> files) {
        return of(new AuditVerifier(options), files);
    }

    static Verified of(AuditVerifier verifier, Map<String, byte[]> files) {
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            verifier.file(file.getKey());
            try {
                LogLines.read(new ByteArrayInputStream(file.getValue()),
                        (number, line) -> verifier.add(new Place(file.getKey(), number), line));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return new Verified(verifier.finish());
    }

    /** One file, {@code a}, of these lines. */
    static Verified of(Options options, Iterable<String> lines) {
        return of(options, Map.of("a", bytes(lines)));
    }

    static byte[] bytes(Iterable<String> lines) {
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(line).append('\n'));
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    String text() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ReportText.print(report, Console.to(new PrintStream(out, true, StandardCharsets.UTF_8)));
        return out.toString(StandardCharsets.UTF_8);
    }

    /** All the places that findings speak of. */
    TreeSet<String> accused() {
        TreeSet<String> accused = new TreeSet<>();
        for (Finding finding : report.findings()) {
            Matcher places = PLACE.matcher(finding.at() + " " + FindingText.of(finding).message());
            while (places.find()) {
                accused.add(places.group());
            }
        }
        return accused;
    }
}
