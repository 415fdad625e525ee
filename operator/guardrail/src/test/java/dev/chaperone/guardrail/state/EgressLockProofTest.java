package dev.chaperone.guardrail.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.config.channel.EgressLockReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EgressLockProofTest {
    private static final Instant AT = Instant.parse("2026-11-26T12:00:00.123Z");

    @TempDir
    Path directory;

    private int me;

    @BeforeEach
    void whoIAm() throws IOException {
        me = (int) Files.getAttribute(directory, "unix:uid");
    }

    private EgressLockReport reported() {
        return EgressLockProof.reported(directory, me);
    }

    private static EgressLockReport useless(String why) {
        return new EgressLockReport(false, Instant.EPOCH, why);
    }

    @Test
    void what_the_lock_leaves_is_reported_and_the_newest_counts() throws Exception {
        // Given
        new EgressLockProof(EgressLockProof.ownNetwork(), AT, false, "one").leaveIn(directory);

        // When
        new EgressLockProof(EgressLockProof.ownNetwork(), AT, true, "two\nlines").leaveIn(directory);

        // Then
        assertThat(reported()).isEqualTo(new EgressLockReport(true, AT, "two lines"));
        assertThat(Files.getPosixFilePermissions(directory.resolve("egress-lock")))
                .as("readable for the guardrail, who is another user")
                .hasToString("[OWNER_READ, OWNER_WRITE, GROUP_READ, OTHERS_READ]");
    }

    @Test
    void where_no_lock_left_anything_nothing_is_reported() {
        assertThat(reported()).isNull();
    }

    @Test
    void what_another_than_root_left_is_no_proof() throws Exception {
        // Given
        new EgressLockProof(EgressLockProof.ownNetwork(), AT, true, "forged").leaveIn(directory);

        // When
        EgressLockReport reported = EgressLockProof.reported(directory, me + 1);

        // Then
        assertThat(reported).isEqualTo(useless("the proof was not left by the lock"));
    }

    @Test
    void a_link_is_no_proof() throws Exception {
        // Given
        new EgressLockProof(EgressLockProof.ownNetwork(), AT, true, "elsewhere").leaveIn(directory);
        Files.move(directory.resolve("egress-lock"), directory.resolve("other"));
        Files.createSymbolicLink(directory.resolve("egress-lock"), directory.resolve("other"));

        // When, then
        assertThat(reported()).isEqualTo(useless("the proof was not left by the lock"));
    }

    @Test
    void the_proof_of_another_network_is_none() throws Exception {
        // Given
        new EgressLockProof("net:[1]", AT, true, "before the sandbox was made anew").leaveIn(directory);

        // When, then
        assertThat(reported()).isEqualTo(useless("the proof is of another network namespace"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "net:[1]\n", "net:[1]\nyesterday\ntrue\nx\n", "a\nb\nc\nd\ne\n"})
    void what_is_no_proof_proves_nothing(String content) throws Exception {
        // Given
        Files.writeString(directory.resolve("egress-lock"), content);

        // When, then
        assertThat(reported()).isEqualTo(useless("the proof cannot be read"));
    }
}
