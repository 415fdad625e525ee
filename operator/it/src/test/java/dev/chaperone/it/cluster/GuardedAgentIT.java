package dev.chaperone.it.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.chaperone.api.Agent;
import dev.chaperone.api.AgentStatus;
import io.fabric8.kubernetes.api.model.Pod;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The main job: policies applied with kubectl decide what an agent's pod may do with tools in other pods. */
class GuardedAgentIT {
    private static final Duration SOON = Duration.ofSeconds(60);

    @RegisterExtension
    static final InstalledCluster cluster = new InstalledCluster();

    private AgentOwner owner;
    private Pod pod;

    @BeforeEach
    void anAgentRuns() {
        owner = cluster.agentOwner();
        pod = owner.waitsForPods(1).getFirst();
    }

    @Test
    void anAllowedCallSucceeds() throws Exception {
        // When
        JsonNode read = owner.agentCalls(pod, "files", "read_text_file", "{\"path\":\"/workspace/notes.txt\"}");

        // Then
        assertThat(read.at("/content/0/text").asText()).isEqualTo("what a person wrote\n");
    }

    @Test
    void theAgentIsShownWhatCouldEverBeAllowed() throws Exception {
        // When
        JsonNode tools = owner.agentLists(pod, "files");

        // Then
        assertThat(tools).extracting(JsonNode::asText).containsExactlyInAnyOrder("read_text_file", "list_directory");
    }

    @Test
    void aDeniedCallLeavesTheFileByteForByte() throws Exception {
        // Given
        String before = cluster.fileOfToolServer("/workspace/notes.txt");

        // When
        JsonNode denied = owner.agentCalls(
                pod, "files", "write_file", "{\"path\":\"/workspace/notes.txt\",\"content\":\"mine\"}");

        // Then
        assertThat(denied.path("isError").asBoolean()).isTrue();
        assertThat(denied.at("/content/0/text").asText())
                .startsWith("Denied (policy_denied): files are written by people");
        assertThat(cluster.fileOfToolServer("/workspace/notes.txt")).isEqualTo(before).isNotEmpty();
    }

    @Test
    void theToolServerRefusesAnAgentThatGoesAroundItsGuardrail() throws Exception {
        // When
        JsonNode refused = owner.agentGoesAround(pod, "http://files.tools.svc:8080/mcp");

        // Then
        assertThat(refused.at("/data/status").asInt()).isEqualTo(401);
    }

    @Test
    void nothingInTheAgentsContainerYieldsTheCredential() throws Exception {
        // Given
        String token = cluster.toolCredential();
        String encoded = Base64.getEncoder().encodeToString(token.getBytes(StandardCharsets.UTF_8));

        // When
        String everything = owner.runs(pod, "agent", "sh", "-c", """
                env; cat /proc/*/environ /proc/*/cmdline 2>/dev/null
                find / -xdev -type f -not -path '/kit/*' -not -path '/usr/*' -not -path '/proc/*' -not -path '/sys/*' \
                    -size -64k -exec cat {} + 2>/dev/null
                find /var/run /run /var/lib /tmp -type f -exec cat {} + 2>/dev/null
                """);

        // Then
        assertThat(everything).contains("CHAPERONE_MCP_URL").doesNotContain(token).doesNotContain(encoded);
    }

    @Test
    void aPolicyEditDecidesTheNextCalls() throws Exception {
        // Given
        cluster.policyAuthor().appliesGoverned(5);
        Awaitility.await("the edit is in force").atMost(SOON).ignoreExceptions()
                .until(() -> isError(owner.agentCalls(pod, "everything", "echo", "{\"message\":\"hello!\"}")));

        // When
        cluster.policyAuthor().appliesGoverned(100);

        // Then
        Awaitility.await("the edit is in force").atMost(SOON).ignoreExceptions()
                .until(() -> !isError(owner.agentCalls(pod, "everything", "echo", "{\"message\":\"hello!\"}")));
    }

    private static boolean isError(JsonNode result) {
        return result.path("isError").asBoolean();
    }

    @Test
    void theAgentSaysWhatGovernsIt() {
        // When
        AgentStatus status = Awaitility.await("all pods have the revision").atMost(SOON)
                .until(() -> agent().getStatus(), found -> found != null && "1/1".equals(found.programmed()));

        // Then
        assertThat(status.policies()).containsExactly("ToolPolicy/" + InstalledCluster.NAMESPACE + "/coder");
        assertThat(status.servers()).containsExactly("everything", "files");
        assertThat(status.revision()).startsWith("sha256:");
    }

    private static Agent agent() {
        return cluster.client().resources(Agent.class).inNamespace(InstalledCluster.NAMESPACE).withName("coder").get();
    }
}
