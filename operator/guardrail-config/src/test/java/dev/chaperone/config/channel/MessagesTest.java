package dev.chaperone.config.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.chaperone.config.Digests;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessagesTest {
    private static final String A = Digests.of(bytes("a"));
    private static final String B = Digests.of(bytes("b"));
    private static final String BOOT = "123e4567-e89b-12d3-a456-426614174000";

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static CredentialSet credentials(Map<String, String> tokens) {
        return new CredentialSet(new TreeMap<>(tokens));
    }

    @Test
    void a_request_is_read_as_it_was_written() throws Exception {
        // Given
        var full = new SyncRequest(BOOT, List.of(1, 2), A, B, A, 17,
                new TrailPosition(12, Duration.ofMillis(2500), 3, 1, "word"), Set.of("review", "monitoring.heartbeat"),
                List.of(new ChangedDefinition("files", "read_file", B, Instant.ofEpochMilli(1_790_000_000_123L)),
                        new ChangedDefinition("files", "write.file", ChangedDefinition.MISSING, Instant.EPOCH)),
                new EgressLockReport(true, Instant.ofEpochMilli(1_700_000_000_123L), "operator: reached, then refused"),
                Duration.ofSeconds(10));
        var first = new SyncRequest(BOOT, List.of(1), null, null, null, -1, null, Set.of(), List.of(), null,
                Duration.ZERO);

        // When
        var read = List.of(SyncRequest.read(full.write()), SyncRequest.read(first.write()));

        // Then
        assertThat(read).containsExactly(full, first);
        assertThat(text(first.write()))
                .isEqualTo("{\"boot\":\"" + BOOT + "\",\"formats\":[1],\"audit\":-1,\"held\":[],\"wait\":0}");
    }

    @Test
    void an_answer_is_read_as_it_was_written() throws Exception {
        // Given
        var answer = new SyncAnswer("dev/coder.statefulset", A, B,
                new TreeMap<>(Map.of("review", Duration.ofSeconds(90), "egress", Duration.ZERO)));

        // When
        SyncAnswer read = SyncAnswer.read(answer.write());

        // Then
        assertThat(read).isEqualTo(answer);
    }

    @Test
    void credentials_are_read_as_they_were_written_and_not_shown() throws Exception {
        // Given
        CredentialSet set = credentials(Map.of("files", "t0ken+/=", "mail.smtp", "secret"));

        // When
        CredentialSet read = CredentialSet.read(set.write());

        // Then
        assertThat(read).isEqualTo(set).hasToString("CredentialSet[files, mail.smtp]");
        assertThat(read.digest())
                .isEqualTo(Digests.of(bytes("{\"files\":\"t0ken+/=\",\"mail.smtp\":\"secret\"}")));
        assertThat(CredentialSet.read(CredentialSet.NONE.write())).isEqualTo(CredentialSet.NONE);
    }

    @Test
    void what_a_newer_version_adds_is_passed_over() throws Exception {
        // Given
        String request = text(
                new SyncRequest(BOOT, List.of(1), null, null, null, 0, null, Set.of(), List.of(), null, Duration.ZERO)
                        .write());
        String answer = text(new SyncAnswer("dev/coder", A, B, new TreeMap<>()).write());
        String credentials = text(CredentialSet.NONE.write());

        // When
        var read = List.of(
                SyncRequest.read(bytes("{\"new\":[1]," + request.substring(1))),
                SyncAnswer.read(bytes("{\"new\":null," + answer.substring(1))),
                CredentialSet.read(bytes("{\"new\":{}," + credentials.substring(1))));

        // Then
        assertThat(read).containsExactly(SyncRequest.read(bytes(request)), SyncAnswer.read(bytes(answer)),
                CredentialSet.NONE);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "\"boot\":\"BOOT\" | \"boot\":7 | boot: no string",
            "\"boot\":\"BOOT\" | \"boot\":\"../x\" | boot: no UUID",
            "\"boot\":\"BOOT\" | \"other\":1 | has no boot",
            "\"formats\":[1] | \"formats\":1 | formats: no list",
            "\"formats\":[1] | \"formats\":[1.0] | formats: not integers",
            "\"revision\":\"A\" | \"revision\":1 | revision: no string",
            "\"revision\":\"A\" | \"revision\":\"sha256:../../secrets\" | revision: no digest",
            "\"refused\":\"A\" | \"refused\":\"\" | refused: no digest",
            "\"credentials\":\"A\" | \"credentials\":[] | credentials: no string",
            "\"audit\":3 | \"audit\":3.5 | audit: no integer",
            "\"audit\":3 | \"audit\":-2 | audit: no integer",
            "\"audit\":3 | \"audit\":9223372036854775808 | audit: no integer",
            "\"held\":[\"review\"] | \"held\":{} | held: no list",
            "\"held\":[\"review\"] | \"held\":[\"no such\"] | held: no name",
            "\"acknowledged\":2 | \"acknowledged\":-2 | acknowledged: no integer",
            "\"waiting\":40 | \"waiting\":-1 | waiting: no integer",
            "\"audit\":3 | \"audit\":9223372036854775807 | audit: no integer",
            "\"waiting\":40 | \"waiting\":9007199254740991 | waiting: longer than",
            "\"detail\":\"because\" | \"detail\":\"\\ud800\" | detail: no Unicode",
            "\"lost\":0 | \"lost\":null | has no lost",
            "\"wait\":10000 | \"wait\":true | wait: no integer",
            "\"wait\":10000 | \"wait\":null | has no wait"})
    void a_request_with_a_member_of_another_kind_is_refused(String from, String to, String message) {
        String good = text(new SyncRequest(BOOT, List.of(1), A, A, A, 3,
                new TrailPosition(2, Duration.ofMillis(40), 0, 0, "word"), Set.of("review"), List.of(),
                new EgressLockReport(false, Instant.EPOCH, "because"), Duration.ofSeconds(10)).write());
        String spoilt = good.replace(from.replace("BOOT", BOOT).replace("A", A), to);
        assertThat(spoilt).isNotEqualTo(good);
        assertThatThrownBy(() -> SyncRequest.read(bytes(spoilt)))
                .isInstanceOf(MessageException.class).hasMessageContaining(message);
    }

    @Test
    void what_a_lock_found_is_one_line() throws Exception {
        // Given
        var request = new SyncRequest(BOOT, List.of(1), null, null, null, -1, null, Set.of(), List.of(),
                new EgressLockReport(false, Instant.EPOCH, "no\nproof\u001b[2J"), Duration.ZERO);

        // When
        SyncRequest read = SyncRequest.read(request.write());

        // Then
        assertThat(read.egressLock()).extracting(EgressLockReport::detail).isEqualTo("no proof [2J");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "1", "[1]", "[{\"server\":\"files\"}]",
            "[{\"server\":\"../x\",\"tool\":\"t\",\"seen\":\"missing\",\"since\":1}]",
            "[{\"server\":\"files\",\"tool\":\"a b\",\"seen\":\"missing\",\"since\":1}]",
            "[{\"server\":\"files\",\"tool\":\"t\",\"seen\":\"<b>\",\"since\":1}]",
            "[{\"server\":\"files\",\"tool\":\"t\",\"seen\":\"missing\",\"since\":-1}]"})
    void definitions_that_mean_nothing_are_refused(String definitions) {
        String request = "{\"boot\":\"" + BOOT + "\",\"formats\":[1],\"audit\":4,\"wait\":10000,\"definitions\":"
                + definitions + "}";
        assertThatThrownBy(() -> SyncRequest.read(bytes(request))).isInstanceOf(MessageException.class);
    }

    @Test
    void more_definitions_than_a_request_tells_of_are_left_out() throws Exception {
        // Given
        var many = java.util.stream.IntStream.range(0, 100)
                .mapToObj(i -> new ChangedDefinition("files", "t" + i, A, Instant.EPOCH)).toList();
        var request = new SyncRequest(BOOT, List.of(1), null, null, null, 0, null, Set.of(), many, null, Duration.ZERO);

        // When
        SyncRequest read = SyncRequest.read(request.write());

        // Then
        assertThat(read).isEqualTo(request);
        assertThat(read.definitions()).hasSize(SyncRequest.MAX_DEFINITIONS);
    }

    @Test
    void who_knows_nothing_of_oversight_speaks_of_none() throws Exception {
        // Given
        String request = "{\"boot\":\"" + BOOT + "\",\"formats\":[1],\"audit\":4,\"wait\":10000}";
        String answer = "{\"agent\":\"dev/coder\",\"revision\":\"" + A + "\",\"credentials\":\"" + B + "\"}";

        // When
        SyncRequest asked = SyncRequest.read(bytes(request));
        SyncAnswer answered = SyncAnswer.read(bytes(answer));

        // Then
        assertThat(asked.trail()).isNull();
        assertThat(asked.held()).isEmpty();
        assertThat(answered.leases()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"review\":-1}", "{\"review\":\"5m\"}", "{\"no such\":1}", "[]", "{\"review\":1.5}",
            "{\"review\":9223372036854775807}"})
    void leases_that_mean_nothing_are_refused(String leases) {
        String answer = text(new SyncAnswer("dev/coder", A, B, new TreeMap<>()).write())
                .replace("\"leases\":{}", "\"leases\":" + leases);
        assertThatThrownBy(() -> SyncAnswer.read(bytes(answer))).isInstanceOf(MessageException.class);
    }

    @Test
    void evidence_travels_byte_for_byte() throws Exception {
        // Given
        List<byte[]> lines = List.of(bytes("{\"a\": 1}"), bytes("not even JSON"));

        // When
        EvidenceBatch read = EvidenceBatch.read(new EvidenceBatch(BOOT, "word", lines).write());

        // Then
        assertThat(read.boot()).isEqualTo(BOOT);
        assertThat(read.acknowledgement()).isEqualTo("word");
        assertThat(read.lines()).usingRecursiveComparison().isEqualTo(lines);
        assertThat(EvidenceBatch.read(new EvidenceBatch(BOOT, null, lines).write()).acknowledgement()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{\"boot\":\"BOOT\"}", "{\"boot\":\"BOOT\"}\n", "{\"boot\":\"BOOT\"}\ncut short",
            "{\"boot\":\"x\"}\nline\n", "line\nline\n"})
    void evidence_without_whole_lines_or_a_boot_is_refused(String message) {
        assertThatThrownBy(() -> EvidenceBatch.read(bytes(message.replace("BOOT", BOOT))))
                .isInstanceOf(MessageException.class);
    }

    @Test
    void what_became_of_evidence_is_read_as_it_was_written() throws Exception {
        // Given
        var answer = new EvidenceAnswer(BOOT, 41, "word");

        // When
        EvidenceAnswer read = EvidenceAnswer.read(answer.write());

        // Then
        assertThat(read).isEqualTo(answer);
    }

    @ParameterizedTest
    @ValueSource(strings = {"coder", "dev/", "/coder", "dev/co/der", "Dev/coder", "dev/co der", ""})
    void an_answer_for_what_is_no_agent_is_refused(String agent) {
        byte[] answer = new SyncAnswer(agent, A, B, new TreeMap<>()).write();
        assertThatThrownBy(() -> SyncAnswer.read(answer))
                .isInstanceOf(MessageException.class).hasMessageContaining("agent");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "../x", "a/b", "/etc", "a..b", "a.", ".a", "-a", "--a", "a-", "a.-b", "a-.b",
            "A", "a_b", "a b", "a\u0000", "a\n", "\u00e4", "a\\b"})
    void credentials_for_what_is_no_server_are_refused(String name) {
        byte[] message = credentials(Map.of(name, "secret")).write();
        assertThatThrownBy(() -> CredentialSet.read(message)).isInstanceOf(MessageException.class)
                .hasMessageNotContaining("secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "0", "a-b", "a--b", "files.dev", "1.2.3"})
    void credentials_for_a_server_of_any_good_name_are_taken(String name) throws Exception {
        assertThat(CredentialSet.read(credentials(Map.of(name, "x")).write()).tokens()).containsOnlyKeys(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "two words", "line\r\nX-Injected: 1", "tab\t", "\u00fcml", "\u007f"})
    void what_is_no_bearer_token_is_refused_and_not_quoted(String token) {
        byte[] message = credentials(Map.of("files", token)).write();
        assertThatThrownBy(() -> CredentialSet.read(message))
                .isInstanceOf(MessageException.class).hasMessage("tokens: not a bearer token for files");
    }

    @Test
    void credentials_that_are_not_those_of_their_digest_are_refused() {
        String message = text(credentials(Map.of("files", "a")).write()).replace("\"a\"", "\"b\"");
        assertThatThrownBy(() -> CredentialSet.read(bytes(message)))
                .isInstanceOf(MessageException.class).hasMessageContaining("digest");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "[]", "1", "{", "{} {}", "{\"digest\":\"x\",\"digest\":\"x\"}",
            "{\"tokens\":{\"files\":\"secret\"}", "<html>"})
    void what_is_no_message_is_refused(String text) {
        assertThatThrownBy(() -> SyncAnswer.read(bytes(text))).isInstanceOf(MessageException.class);
        assertThatThrownBy(() -> SyncRequest.read(bytes(text))).isInstanceOf(MessageException.class);
        assertThatThrownBy(() -> CredentialSet.read(bytes(text))).isInstanceOf(MessageException.class)
                .hasMessageNotContaining("secret");
    }

    @Test
    void a_message_of_more_than_a_mebibyte_is_not_even_parsed() {
        byte[] large = new byte[ChannelPaths.MAX_MESSAGE_BYTES + 1];
        Arrays.fill(large, (byte) ' ');
        assertThatThrownBy(() -> SyncAnswer.read(large))
                .isInstanceOf(MessageException.class).hasMessageContaining("larger");
    }
}
