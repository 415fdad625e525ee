package dev.chaperone.cli.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.chaperone.cli.audit.AuditVerifier.Options;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Each folder under {@code audit} holds trails and what is said of them: {@code in-*.jsonl} is given, as written below,
 * and {@code out-report.txt} comes out. {@code -Dgolden.update=true} writes both.
 */
class AuditGoldenTest {
    private static final Path CASES = Path.of("src/test/resources/audit");
    private static final boolean UPDATE = Boolean.getBoolean("golden.update");

    private final Map<String, Case> cases = new TreeMap<>();

    private record Case(Options options, Map<String, byte[]> files) {}

    AuditGoldenTest() {
        TestTrail coder = TestTrail.boot(1, "dev/coder", null).call("files/read_file").denied("mail/send_mail")
                .call("files/write_file").allowed("files/read_file");
        TestTrail again = TestTrail.boot(2, "dev/coder", coder).call("files/read_file").denied("mail/send_mail");
        TestTrail clerk = TestTrail.boot(3, "dev/clerk", null).call("payments/send_payment").lost(2)
                .denied("payments/send_payment");
        List<String> lines = coder.lines();
        Options plain = Verified.PLAIN;

        add("whole", plain, both(coder, again));
        add("several-boots-and-other-lines", plain, mixed(coder, again, clerk));
        add("strict", new Options(false, true, false, Map.of()), mixed(coder, again, clerk));
        add("removed", plain, edited(lines, all -> {
            all.subList(2, 5).clear();
            return all;
        }));
        add("altered", plain, edited(lines, all -> replaced(all, 3, "Deny", "Allow")));
        add("altered-last", plain, edited(lines, all -> replaced(all, 6, "Allow", "Deny")));
        add("altered-predecessor-digest", plain, edited(lines, all -> replaced(all, 3, "sha256:", "sha256:0")));
        add("altered-what-it-follows", plain,
                edited(lines, all -> replaced(all, 3, "prev\":\"sha256:..", "prev\":\"sha256:ff")));
        add("altered-number", plain, edited(lines, all -> replaced(all, 3, "seq\":3", "seq\":5")));
        add("altered-boot", plain, edited(lines, all -> replaced(all, 3, "\"b0070000", "\"c0070000")));
        add("altered-beyond-reading", plain, edited(lines, all -> replaced(all, 3, "\"seq\"", "\"sec\"")));
        add("swapped", plain, edited(lines, all -> {
            Collections.swap(all, 3, 4);
            return all;
        }));
        add("moved-to-the-front", plain, edited(lines, all -> {
            all.add(1, all.remove(5));
            return all;
        }));
        add("moved-to-the-end", plain, edited(lines, all -> {
            all.add(all.remove(2));
            return all;
        }));
        add("replayed", plain, edited(lines, all -> {
            all.addAll(lines.subList(1, 4));
            return all;
        }));
        add("delivered-twice", new Options(false, false, true, Map.of()), edited(lines, all -> {
            all.addAll(4, lines.subList(1, 4));
            return all;
        }));
        add("put-in-before", plain, edited(lines, all -> {
            all.add(3, lines.get(3).replace("mail/send_mail", "mail/read_mail"));
            return all;
        }));
        add("put-in-behind", plain, edited(lines, all -> {
            all.add(4, lines.get(3).replace("mail/send_mail", "mail/read_mail"));
            return all;
        }));
        add("beginning-missing", plain, edited(lines, all -> all.subList(2, all.size())));
        add("partial", new Options(true, false, false, Map.of()), edited(lines, all -> all.subList(2, all.size())));
        add("boot-before-missing", plain, edited(again.lines(), all -> all));
        add("end-missing", plain, edited(lines, all -> {
            all.subList(5, 7).clear();
            all.addAll(again.lines());
            return all;
        }));
        add("end-altered", plain, edited(lines, all -> {
            replaced(all, 6, "Allow", "Deny").addAll(again.lines());
            return all;
        }));
        add("end-added", plain, edited(
                TestTrail.boot(1, "dev/coder", null).call("files/read_file").denied("mail/send_mail")
                        .call("files/write_file").allowed("files/read_file").call("files/read_file").lines(),
                all -> {
                    all.addAll(again.lines());
                    return all;
                }));
        add("cut-short-at-the-end", plain, edited(lines, all -> {
            all.set(6, all.get(6).substring(0, 180));
            return all;
        }));
        add("cut-short-in-the-middle", plain, edited(lines, all -> {
            all.set(4, all.get(4).substring(0, 180));
            return all;
        }));
        add("head", new Options(false, false, false, Map.of(coder.head(), coder.id())), both(coder, again));
        add("head-missing", new Options(false, false, false, Map.of(coder.head(), coder.id())),
                edited(lines, all -> all.subList(0, 5)));
        add("nothing", plain, edited(List.of("time=12:00 level=info msg=hello"), all -> all));
    }

    private void add(String name, Options options, Map<String, byte[]> files) {
        cases.put(name, new Case(options, files));
    }

    private static Map<String, byte[]> edited(List<String> lines, UnaryOperator<List<String>> edit) {
        return Map.of("in-audit.jsonl", Verified.bytes(edit.apply(new ArrayList<>(lines))));
    }

    private static List<String> replaced(List<String> lines, int index, String what, String by) {
        String line = lines.get(index).replaceFirst(what, by);
        assertThat(line).isNotEqualTo(lines.get(index));
        lines.set(index, line);
        return lines;
    }

    /** The later file comes first. */
    private static Map<String, byte[]> both(TestTrail first, TestTrail second) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("in-2.jsonl", Verified.bytes(second.lines()));
        files.put("in-1.jsonl", Verified.bytes(first.lines()));
        return files;
    }

    private static Map<String, byte[]> mixed(TestTrail... trails) {
        List<String> lines = new ArrayList<>(List.of("Starting up", ""));
        for (int i = 0; i < 10; i++) {
            for (TestTrail trail : trails) {
                if (i < trail.size()) {
                    lines.add((i % 2 == 0 ? "" : "2026-01-01T00:00:00.5Z ") + trail.lines().get(i));
                }
            }
        }
        lines.add("Shutting down");
        return Map.of("in-audit.jsonl", Verified.bytes(lines));
    }

    @TestFactory
    Stream<DynamicNode> cases() {
        return cases.entrySet().stream().map(each -> DynamicContainer.dynamicContainer(each.getKey(), List.of(
                dynamicTest("is said as recorded", () -> {
                    Path folder = CASES.resolve(each.getKey());
                    Map<String, String> actual = outputs(each.getValue());
                    if (UPDATE) {
                        write(folder, actual);
                    }
                    // Names in both: what is recorded and not used is a failure.
                    assertThat(recorded(folder)).isEqualTo(actual);
                }))));
    }

    @Test
    void there_is_no_folder_without_a_case() throws IOException {
        try (Stream<Path> folders = Files.list(CASES)) {
            assertThat(folders.map(folder -> folder.getFileName().toString())).containsExactlyInAnyOrderElementsOf(
                    cases.keySet());
        }
    }

    private static Map<String, String> outputs(Case given) {
        Map<String, String> outputs = new TreeMap<>();
        given.files().forEach((name, bytes) -> outputs.put(name, new String(bytes, StandardCharsets.UTF_8)));
        outputs.put("out-report.txt", Verified.of(given.options(), given.files()).text());
        return outputs;
    }

    private static Map<String, String> recorded(Path folder) throws IOException {
        Map<String, String> recorded = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : new TreeSet<>(files.toList())) {
                recorded.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        return recorded;
    }

    private static void write(Path folder, Map<String, String> outputs) throws IOException {
        Files.createDirectories(folder);
        for (Map.Entry<String, String> output : outputs.entrySet()) {
            Files.writeString(folder.resolve(output.getKey()), output.getValue());
        }
    }
}
