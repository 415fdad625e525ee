package dev.chaperone.cli.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.chaperone.cli.audit.AuditVerifier.Options;
import dev.chaperone.cli.audit.Finding.Sameness;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuditVerifierTest {
    private static final TestTrail TRAIL = trail();
    private static final String HEAD = "{\"boot\":\"b0070000-0000-4000-8000-000000000001\",\"seq\":51";

    private static TestTrail trail() {
        TestTrail trail = TestTrail.boot(1, "dev/coder", null);
        for (int i = 0; i < 50; i++) {
            trail.denied("mail/send_mail");
        }
        return trail;
    }

    private static Map<String, byte[]> files(List<String> first, List<String> second) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("a", Verified.bytes(first));
        files.put("b", Verified.bytes(second));
        return files;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void what_two_replicas_print_twice_is_accepted_when_it_is_asked_for(boolean laterFirst) {
        // Given
        List<String> early = TRAIL.lines().subList(0, 30);
        List<String> late = TRAIL.lines().subList(20, 51);
        Map<String, byte[]> files = laterFirst ? files(late, early) : files(early, late);

        // When
        AuditReport strictly = Verified.of(Verified.PLAIN, files).report();
        AuditReport leniently = Verified.of(new Options(false, false, true, Map.of()), files).report();

        // Then
        assertThat(strictly.findings()).singleElement().isInstanceOfSatisfying(Finding.Repeated.class, repeated -> {
            assertThat(repeated.span()).isEqualTo(new Span(20, 29));
            assertThat(repeated.sameness()).isEqualTo(Sameness.SAME);
        });
        assertThat(leniently.findings()).isEmpty();
        assertThat(leniently.repeated()).isEqualTo(10);
    }

    @Test
    void of_two_copies_the_one_that_was_tampered_with_is_told() {
        // Given
        List<String> tampered = new ArrayList<>(TRAIL.lines());
        tampered.set(7, tampered.get(7).replace("Deny", "Allow"));

        // When
        Verified verified = Verified.of(
                new Options(false, false, true, Map.of()), files(tampered, TRAIL.lines()));

        // Then
        assertThat(verified.report().findings()).singleElement()
                .isInstanceOfSatisfying(Finding.Repeated.class, repeated -> {
                    assertThat(repeated.at()).hasToString("b:8");
                    assertThat(repeated.first()).hasToString("a:8");
                    assertThat(repeated.successor()).isEqualTo(Finding.Successor.OF_THE_LATER);
                });
    }

    @Test
    void what_came_too_long_ago_is_found_and_not_compared() {
        // Given
        List<String> lines = new ArrayList<>(TRAIL.lines());
        lines.add(lines.get(30));

        // When
        AuditReport report = Verified.of(
                new AuditVerifier(new Options(false, false, true, Map.of()), new Budget(100, 10)),
                Map.of("a", Verified.bytes(lines))).report();

        // Then
        assertThat(report.findings()).singleElement().isInstanceOfSatisfying(
                Finding.Repeated.class, repeated -> assertThat(repeated.sameness()).isEqualTo(Sameness.UNKNOWN));
    }

    @Test
    void what_is_too_scattered_is_a_finding_and_nothing_else_is_concluded() {
        // Given
        List<String> lines = new ArrayList<>(TRAIL.lines());
        Collections.reverse(lines);

        // When
        AuditReport report = Verified.of(
                new AuditVerifier(Verified.PLAIN, new Budget(20, 1000)), Map.of("a", Verified.bytes(lines))).report();

        // Then
        assertThat(report.findings()).singleElement().isInstanceOf(Finding.TooScattered.class);
        assertThat(report.boots()).noneMatch(BootSummary::fine);
    }

    @Test
    void a_line_that_was_cut_short_and_written_again_is_nobodys_fault() {
        // Given
        List<String> lines = new ArrayList<>(TRAIL.lines());
        lines.add(4, lines.get(4).substring(0, 200));
        lines.add(9, "{\"boo");

        // When
        AuditReport report = Verified.of(Verified.PLAIN, lines).report();

        // Then
        assertThat(report.findings()).isEmpty();
        assertThat(report.torn()).extracting(Place::line).containsExactly(5L, 10L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"a\":1", HEAD + ",\"a\":x", "{\"level\":\"info\"}", "{x", "{\"boot\":1}}",
            "{\"a\":tru3", "{\"a\":1} {}"})
    void what_only_begins_like_a_record_is_a_finding(String line) {
        // Given
        List<String> lines = new ArrayList<>(TRAIL.lines());
        lines.add(line);

        // When
        AuditReport report = Verified.of(Verified.PLAIN, lines).report();

        // Then
        assertThat(report.findings()).singleElement().isInstanceOf(Finding.Unreadable.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "{\"boot\":\"b0", HEAD, HEAD + ",", HEAD + ",\"a\":tru", HEAD + ",\"a\":\"\\u00",
            HEAD + ",\"rules\":[{}"})
    void what_breaks_off_is_none(String line) {
        // Given
        List<String> lines = new ArrayList<>(TRAIL.lines());
        lines.add(line);

        // When
        AuditReport report = Verified.of(Verified.PLAIN, lines).report();
        AuditReport strictly = Verified.of(new Options(false, true, false, Map.of()), lines).report();

        // Then
        assertThat(report.findings()).isEmpty();
        assertThat(report.torn()).hasSize(1);
        assertThat(strictly.findings()).singleElement().isInstanceOf(Finding.Unreadable.class);
    }

    @Test
    void wherever_the_last_record_is_cut_short_nobody_is_accused() {
        String last = TestTrail.boot(1, "dev/coder", TestTrail.boot(2, "dev/coder", null)).lines().getFirst();
        for (int length = 1; length < last.length(); length++) {
            AuditReport report = Verified.of(
                    Verified.PLAIN, List.of(TestTrail.boot(3, "dev/clerk", null).lines().getFirst(),
                            last.substring(0, length)))
                    .report();
            assertThat(report.findings()).as("cut to %d", length).isEmpty();
        }
    }

    @Test
    void a_head_is_only_good_for_its_boot_and_while_it_is_there() {
        // Given
        String early = TestTrail.digest(TRAIL.lines().get(20));
        String other = TestTrail.boot(2);
        Map<String, String> heads = Map.of(early, TRAIL.id(), TRAIL.head(), other);

        // When
        AuditReport report = Verified.of(new Options(false, false, false, heads), TRAIL.lines()).report();

        // Then
        assertThat(report.findings()).containsExactly(new Finding.HeadMissing(other, null, null, TRAIL.head()));
    }

    @Test
    void what_was_all_written_anew_is_found_by_a_head() {
        // Given
        TestTrail anew = TestTrail.boot(1, "dev/coder", null);
        for (int i = 0; i < 60; i++) {
            anew.denied("mail/read_mail");
        }
        Map<String, String> heads = Map.of(TRAIL.head(), TRAIL.id());

        // When
        AuditReport report = Verified.of(new Options(false, false, false, heads), anew.lines()).report();

        // Then
        assertThat(report.findings()).containsExactly(
                new Finding.HeadMissing(TRAIL.id(), Span.of(60), new Place("a", 61), TRAIL.head()));
    }

    @Test
    void more_findings_than_are_listed_are_counted() {
        // Given
        List<String> lines = new ArrayList<>(Collections.nCopies(1500, "{}"));

        // When
        Verified verified = Verified.of(Verified.PLAIN, lines);

        // Then
        assertThat(verified.report().findings()).hasSize(AuditReport.LISTED);
        assertThat(verified.report().more()).isEqualTo(501);
        assertThat(verified.text()).endsWith(
                "1501 findings, of which 501 are not listed, in 0 records of 0 boots\n");
    }

    @Test
    void programs_read_the_same() {
        // Given
        List<String> lines = new ArrayList<>(TRAIL.lines());
        lines.remove(4);

        // When
        JsonNode report = ReportJson.of(Verified.of(Verified.PLAIN, lines).report());

        // Then
        assertThat(report.path("fine").asBoolean()).isFalse();
        assertThat(report.path("findings")).hasSize(1);
        assertThat(report.at("/findings/0/kind").asText()).isEqualTo("missing");
        assertThat(report.at("/findings/0/file").asText()).isEqualTo("a");
        assertThat(report.at("/findings/0/line").asLong()).isEqualTo(5);
        assertThat(report.at("/findings/0/boot").asText()).isEqualTo(TRAIL.id());
        assertThat(report.at("/findings/0/from").asLong()).isEqualTo(4);
        assertThat(report.at("/boots/0/head").asText()).isEqualTo(TRAIL.head());
        assertThat(report.path("records").asLong()).isEqualTo(50);
    }

    @Test
    void what_a_record_says_cannot_forge_a_line() {
        // Given
        TestTrail trail = TestTrail.boot(1, "dev/coder\\nok\\u001b[2J", null).denied("mail/send_mail");

        // When
        String text = Verified.of(Verified.PLAIN, trail.lines()).text();

        // Then
        assertThat(text).contains("dev/coder\\u000aok\\u001b[2J").doesNotContain("\u001b");
    }

    @Test
    void what_a_boot_says_of_the_one_before_cannot_forge_a_line() {
        // Given
        String forged = TestTrail.boot(2, "dev/coder", TRAIL).lines().getFirst()
                .replace(TRAIL.id(), "x\\nok: 51 records of 1 boot\\u001b[2J");

        // When
        String text = Verified.of(Verified.PLAIN, List.of(forged)).text();

        // Then
        assertThat(text).doesNotContain("\nok: 51").doesNotContain("\u001b");
    }

    @Test
    void two_boots_after_the_same_one_are_found() {
        // Given
        TestTrail second = TestTrail.boot(2, "dev/coder", TRAIL).denied("mail/send_mail");
        TestTrail third = TestTrail.boot(3, "dev/coder", TRAIL).denied("mail/send_mail");
        Map<String, byte[]> files = files(TRAIL.lines(), second.lines());
        files.put("c", Verified.bytes(third.lines()));

        // When
        Verified verified = Verified.of(Verified.PLAIN, files);

        // Then
        assertThat(verified.report().findings()).containsExactly(
                new Finding.Forked(third.id(), Span.of(0), new Place("c", 1), TRAIL.id(), second.id(),
                        new Place("b", 1)));
        assertThat(verified.text())
                .contains("c:1: error: boot " + third.id() + ", seq 0: comes after boot " + TRAIL.id()
                        + ", as boot " + second.id() + " does, says b:1");
    }

    @Test
    void what_is_kept_of_a_record_is_short_however_long_it_is() {
        // Given
        TestTrail trail = TestTrail.boot(1, "dev/" + "a".repeat(100_000), null).denied("mail/send_mail");

        // When
        AuditReport report = Verified.of(Verified.PLAIN, trail.lines()).report();

        // Then
        assertThat(report.boots()).singleElement()
                .satisfies(boot -> assertThat(boot.agent()).hasSizeLessThan(1000).startsWith("dev/aaa"));
    }

    @Test
    void nothing_of_a_line_is_quoted() {
        assertThat(Verified.of(Verified.PLAIN, List.of("{\"secret\":1}")).text()).doesNotContain("secret");
    }
}
