package dev.chaperone.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The one file that users get, run as they run it. */
class CommandLineIT {
    private static final Path JAR = Path.of("../cli/target/chaperone.jar");
    private static final String POLICIES = "../../policies";
    private static final String BOOT = "b0070000-0000-4000-8000-000000000001";
    private static final String AGENT = "default/assistant";

    @TempDir
    Path directory;

    private record Run(int exit, String out, String err) {}

    private Run chaperone(String... arguments) throws IOException, InterruptedException {
        return run(Path.of(System.getProperty("java.home")), "", arguments);
    }

    private Run run(Path javaHome, String input, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(javaHome.resolve("bin/java").toString(), "-jar", JAR.toString()));
        command.addAll(List.of(arguments));
        Path in = Files.writeString(directory.resolve("in"), input);
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        int exit = new ProcessBuilder(command)
                .redirectInput(in.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start()
                .waitFor();
        return new Run(exit, Files.readString(out), Files.readString(err));
    }

    @Test
    void validate_accepts_the_policy_library() throws Exception {
        Run run = chaperone("validate", POLICIES);

        assertThat(run.exit()).as(run.out() + run.err()).isZero();
        assertThat(run.out()).isEqualTo("ok: 3 policies, 3 tool servers\n");
    }

    @Test
    void validate_names_the_place_and_the_mend() throws Exception {
        // Given
        String policy = Files.readString(Path.of(POLICIES, "payment-ceiling/policy.yaml"))
                .replace("args.amount > 100.0", "args.amout > 100.0");
        String tools = Files.readString(Path.of(POLICIES, "payment-ceiling/tools.yaml"));

        // When
        Run run = run(Path.of(System.getProperty("java.home")), policy + "---\n" + tools, "validate", "-");

        // Then
        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.out())
                .containsPattern(
                        "<stdin>:\\d+:\\d+: error: ToolPolicy default/payment-ceiling, spec\\.rules\\[1]\\.when: "
                                + "undefined field 'amout'")
                .contains("\n    args.amout > 100.0\n         ^\n    did you mean 'amount'?");
    }

    @Test
    void compile_prints_the_same_config_whatever_the_order_of_its_inputs() throws Exception {
        // Given
        String[] files = {"agent.yaml", "coding-agent", "office-agent", "payment-ceiling"};
        List<String> forward = new ArrayList<>(List.of("compile", "--agent", AGENT, "-o", "json"));
        Arrays.stream(files).forEach(file -> forward.add(POLICIES + "/" + file));
        List<String> backward = new ArrayList<>(forward.subList(0, 5));
        Arrays.stream(files).forEach(file -> backward.add(5, POLICIES + "/" + file));

        // When
        Run one = chaperone(forward.toArray(String[]::new));
        Run other = chaperone(backward.toArray(String[]::new));

        // Then
        assertThat(one.exit()).as(one.err()).isZero();
        assertThat(one.out()).contains("\"revision\" : \"sha256:").isEqualTo(other.out());
    }

    @Test
    void policies_applied_together_still_allow_what_each_allows() throws Exception {
        // Given
        String calls = """
                {"server":"files","tool":"write_file","args":{"path":"/workspace/src/a.py","content":""}}
                {"server":"mail","tool":"send_mail","args":{"to":["bob@example.com"],"subject":"s","body":"b"}}
                {"server":"payments","tool":"send_payment","args":{"to":"ACME","amount":100,"currency":"EUR"}}
                """;

        // When
        Run run = run(Path.of(System.getProperty("java.home")), calls, "decide", "--policies", POLICIES, "--agent",
                AGENT,
                "--call", "-");

        // Then
        assertThat(run.out().lines().filter(line -> !line.startsWith(" "))).allMatch(line -> line.startsWith("Allow "))
                .hasSize(3);
    }

    @Test
    void decide_refuses_a_line_that_two_readers_may_read_differently() throws Exception {
        Run run = run(Path.of(System.getProperty("java.home")),
                "{\"server\":\"files\",\"tool\":\"read_file\",\"tool\":\"write_file\",\"args\":{}}\n",
                "decide", "--policies", POLICIES, "--agent", AGENT, "--call", "-");

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.err()).contains("call 1: an object names a member twice");
    }

    @Test
    void audit_verify_says_where_a_record_was_removed() throws Exception {
        // Given
        Path whole = Files.write(directory.resolve("whole.jsonl"), trail(5));
        List<String> lines = trail(5);
        lines.remove(2);
        Path removed = Files.write(directory.resolve("removed.jsonl"), lines);

        // When
        Run fine = chaperone("audit", "verify", whole.toString());
        Run found = chaperone("audit", "verify", removed.toString());

        // Then
        assertThat(fine.exit()).as(fine.out() + fine.err()).isZero();
        assertThat(fine.out()).endsWith("ok: 5 records of 1 boot\n");
        assertThat(found.exit()).isEqualTo(1);
        assertThat(found.out()).startsWith(removed + ":3: error: boot " + BOOT + ", seq 2: missing between " + removed
                + ":2 and here\n");
    }

    private static List<String> trail(int records) throws Exception {
        List<String> lines = new ArrayList<>();
        String previous = "0".repeat(64);
        for (int i = 0; i < records; i++) {
            String line = "{\"boot\":\"" + BOOT + "\",\"seq\":" + i + ",\"prev\":\"sha256:" + previous + "\"}";
            lines.add(line);
            previous = HexFormat.of().formatHex(
                    MessageDigest.getInstance("SHA-256").digest(line.getBytes(StandardCharsets.UTF_8)));
        }
        return lines;
    }

    @Test
    void wrong_usage_is_told_apart_from_findings() throws Exception {
        assertThat(chaperone("compile", POLICIES, "--agent", "nobody").exit()).isEqualTo(2);
        assertThat(chaperone("validate", "no/such/file").exit()).isEqualTo(3);
        assertThat(chaperone("audit", "verify", "no/such/file").exit()).isEqualTo(3);
        assertThat(chaperone("audit", "verify", "-", "--head", "x").exit()).isEqualTo(2);
    }

    @Test
    void an_older_java_hands_over_to_a_newer_one() throws Exception {
        // Given
        Path older = olderJava();
        assumeTrue(older != null, "no Java older than 25 is installed under /usr/lib/jvm");

        // When
        Run run = run(older, "", "--version");

        // Then
        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(run.out()).startsWith("chaperone ");
    }

    private static Path olderJava() throws IOException {
        File[] homes = new File("/usr/lib/jvm").listFiles(File::isDirectory);
        for (File home : homes == null ? new File[0] : homes) {
            Path release = home.toPath().resolve("release");
            if (Files.isRegularFile(release) && Files.isExecutable(home.toPath().resolve("bin/java"))
                    && Files.readString(release).matches("(?s).*JAVA_VERSION=\"(8|1\\.8|11|17|21)[^0-9].*")) {
                return home.toPath();
            }
        }
        return null;
    }

    @Test
    void the_demonstration_tells_its_story() throws Exception {
        Run run = chaperone("demo");

        assertThat(run.exit()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("The test is as it was, byte for byte.")
                .contains("A new revision decides after")
                .contains("5 reached a tool.");
    }
}
