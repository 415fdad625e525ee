package dev.chaperone.guardrail.egresslock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LockRulesTest {
    private static final Path GOLDEN = Path.of("src/test/resources/egresslock/batch.hex");
    private static final String WANTED = """
            table inet chaperone {
            \tchain out {
            \t\ttype filter hook output priority filter; policy drop;
            \t\toifname "lo" accept
            \t\tct state established,related ct direction reply accept
            \t\tmeta skuid 64515 accept
            \t\tct state established tcp flags ! syn accept
            \t\ticmpv6 type 133-136 accept
            \t\tcounter packets 0 bytes 0 reject with icmpx admin-prohibited
            \t}
            }
            """;

    @Test
    void the_batch_is_byte_for_byte_what_nft_has_read_back_as_the_rules() throws Exception {
        // Given
        assumeThat(ByteOrder.nativeOrder()).as("byte order of this machine").isEqualTo(ByteOrder.LITTLE_ENDIAN);

        // When
        byte[] batch = LockRules.batch(64515);

        // Then
        String lines = HexFormat.of().formatHex(batch).replaceAll("(.{64})", "$1\n") + "\n";
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(GOLDEN, lines);
        }
        assertThat(lines).isEqualTo(Files.readString(GOLDEN));
    }

    /** In a network of its own, with nft(8) where {@code CHAPERONE_NFT} names it. */
    @Test
    void the_kernel_takes_the_rules_as_they_are_meant_and_again_in_their_place() throws Exception {
        // Given
        String nft = System.getenv("CHAPERONE_NFT");
        assumeThat(nft).as("CHAPERONE_NFT, which names nft(8)").isNotEmpty();
        Path classes = Path.of(LockRules.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        Path tests = Path.of(SetLock.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        String java = Path.of(System.getProperty("java.home"), "bin/java") + " --enable-native-access=ALL-UNNAMED -cp "
                + classes + ":" + tests + " " + SetLock.class.getName();
        assumeThat(output("unshare -rn true")).as("a network of its own").isEmpty();

        // When
        String listed = output("unshare -rn sh -c '" + java + " && " + java + " && " + nft + " list ruleset'");

        // Then
        assertThat(listed).isEqualTo(WANTED);
    }

    private static String output(String command) throws Exception {
        Process process = new ProcessBuilder("sh", "-c", command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return output;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            1  | netfilter refuses message 7 of the rules: not permitted (errno 1); the container runs without
            2  | netfilter refuses message 7 of the rules: not supported (errno 2); the node's kernel lacks nf_tables
            93 | netfilter refuses message 7 of the rules: not supported (errno 93); the node's kernel has no netfilter
            22 | netfilter refuses message 7 of the rules: errno 22
            """)
    void a_refusal_says_why_and_how_to_mend_it(int errno, String message) {
        // Given
        ByteBuffer answer = answer(2, -errno, 7);

        // When, then
        assertThatThrownBy(() -> Netlink.acknowledged(answer)).isInstanceOf(LockException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void acknowledgements_are_counted_and_nothing_else_is_taken_for_one() throws Exception {
        // Given
        ByteBuffer two = ByteBuffer.allocate(72).order(ByteOrder.nativeOrder());
        two.put(answer(2, 0, 1)).put(answer(2, 0, 2)).flip();

        // When
        int count = Netlink.acknowledged(two);

        // Then
        assertThat(count).isEqualTo(2);
        assertThatThrownBy(() -> Netlink.acknowledged(answer(3, 0, 1))).hasMessageContaining("something else");
        assertThatThrownBy(() -> Netlink.acknowledged(ByteBuffer.allocate(8))).hasMessageContaining("something else");
    }

    private static ByteBuffer answer(int type, int error, int sequence) {
        ByteBuffer answer = ByteBuffer.allocate(36).order(ByteOrder.nativeOrder());
        answer.putInt(36).putShort((short) type).putShort((short) 0).putInt(sequence).putInt(0).putInt(error);
        return answer.position(0);
    }
}
