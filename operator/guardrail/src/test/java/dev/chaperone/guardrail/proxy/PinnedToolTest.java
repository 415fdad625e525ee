package dev.chaperone.guardrail.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.chaperone.config.AgentIdentity;
import dev.chaperone.config.Bundle;
import dev.chaperone.config.BundleCodec;
import dev.chaperone.config.Capability;
import dev.chaperone.config.DefaultVerdict;
import dev.chaperone.config.EnforcementMode;
import dev.chaperone.config.GuardrailConfigSpec;
import dev.chaperone.config.JsonTrees;
import dev.chaperone.config.OnDefinitionChange;
import dev.chaperone.config.PolicyConfig;
import dev.chaperone.config.ServerConfig;
import dev.chaperone.config.Stakes;
import dev.chaperone.config.ToolConfig;
import dev.chaperone.config.ToolDefinitions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rug pulls: a pinned tool is called while its server shows the definition that was reviewed, and not otherwise. */
@Timeout(180)
class PinnedToolTest {
    private static final String CALL = "{\"page\":1}";
    /** Small, but for what a busy machine takes. */
    private static final Limits LIMITS = new Limits(8 << 10, 16 << 10, 64 << 10, 8, Duration.ofSeconds(10),
            Duration.ofSeconds(10), Duration.ofSeconds(60), Duration.ofSeconds(5), Duration.ofSeconds(5),
            Duration.ofSeconds(2));

    @RegisterExtension
    final Rig rig = new Rig(LIMITS, false);

    private final ListingServer server = new ListingServer();

    @BeforeEach
    void setUp() {
        rig.server().answers(server);
        rig.offer(bundle(ListingServer.REVIEWED, null));
    }

    private static String digest(String tool) {
        try {
            return ToolDefinitions.digest(JsonTrees.readEveryDigit(tool.getBytes(StandardCharsets.UTF_8)));
        } catch (java.io.IOException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private byte[] bundle(String pinned, OnDefinitionChange onChange) {
        return bundle(pinned, onChange, EnforcementMode.ENFORCE);
    }

    private byte[] bundle(String pinned, OnDefinitionChange onChange, EnforcementMode posture) {
        String base = "http://127.0.0.1:" + rig.server().port() + "/";
        var tools = List.of(new ToolConfig("read_index", Stakes.LOW, null),
                new ToolConfig("read_page", Stakes.LOW, null, digest(pinned)));
        var config = GuardrailConfigSpec.of(new AgentIdentity("dev", "coder", new TreeMap<>()), posture,
                List.of(new ServerConfig("files", base + "files", List.of(Capability.TOOLS), false, onChange, tools)),
                List.of(new PolicyConfig("ToolPolicy/dev/coder", EnforcementMode.ENFORCE, 100, DefaultVerdict.ALLOW,
                        List.of(), List.of())),
                List.of());
        return BundleCodec.write(new Bundle(config, new TreeMap<>()));
    }

    private String call() throws Exception {
        return rig.exchange(Request.call("files", "read_page", CALL)).text();
    }

    private List<String> listed() throws Exception {
        String text = rig.exchange(Request.rpc("files", "tools/list")).text();
        String json = text.contains("data: ") ? text.substring(text.indexOf("data: ") + 6).strip() : text;
        JsonNode tools = new ObjectMapper().readTree(json).path("result").path("tools");
        return tools.valueStream().map(tool -> tool.path("name").asText()).toList();
    }

    private JsonNode lastDecision() throws Exception {
        return rig.trail().decisions().getLast();
    }

    @Test
    void a_tool_that_was_never_listed_is_looked_at_before_its_first_call_and_not_before_each() throws Exception {
        // When
        List<String> answers = List.of(call(), call(), call());

        // Then
        assertThat(answers).allMatch(answer -> answer.contains("done"));
        assertThat(server.looks()).isEqualTo(1);
        assertThat(rig.executed()).containsExactly("read_page", "read_page", "read_page");
    }

    @Test
    void a_list_that_the_agent_was_shown_spares_the_look() throws Exception {
        // Given
        assertThat(listed()).containsExactly("read_index", "read_page");

        // When
        String answer = call();

        // Then
        assertThat(answer).contains("done");
        assertThat(server.looks()).isZero();
    }

    @Test
    void other_tools_of_the_server_are_never_looked_at() throws Exception {
        // Given
        server.lists(ListingServer.CHANGED);

        // When
        String answer = rig.exchange(Request.call("files", "read_index", "{}")).text();

        // Then
        assertThat(answer).contains("done");
        assertThat(server.asked).isEmpty();
    }

    @Test
    void a_definition_that_changes_in_mid_session_is_not_shown_and_its_tool_not_called() throws Exception {
        // Given
        listed();
        call();
        server.lists(ListingServer.OTHER, ListingServer.CHANGED);

        // When
        String shown = rig.exchange(Request.rpc("files", "tools/list")).text();
        String called = call();

        // Then
        assertThat(shown).contains("read_index").doesNotContain("read_page", "id_rsa");
        assertThat(called).contains("policy_denied").doesNotContain("id_rsa");
        assertThat(lastDecision().toString()).contains("ToolDefinition/files/read_page", "definition_changed")
                .doesNotContain("id_rsa");
        assertThat(rig.executed()).containsExactly("read_page");
        assertThat(rig.metric("chaperone_guardrail_changed_definitions")).isEqualTo(1);
    }

    @Test
    void a_change_that_the_server_tells_of_is_looked_at_though_the_agent_never_lists() throws Exception {
        // Given
        call();
        server.lists(ListingServer.CHANGED);
        rig.server().answers(exchange -> {
            if (exchange.request().start().startsWith("GET")) {
                exchange.stream("data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}\n\n");
            } else {
                server.answer(exchange);
            }
        });
        rig.exchange(Request.get("files"));

        // When
        String answer = call();

        // Then
        assertThat(answer).contains("policy_denied");
        assertThat(server.looks()).isEqualTo(2);
    }

    @Test
    void once_the_new_definition_is_pinned_or_the_old_one_is_back_the_tool_is_called_again() throws Exception {
        // Given
        server.lists(ListingServer.CHANGED);
        String denied = call();
        rig.offer(bundle(ListingServer.CHANGED, null));
        String pinnedAnew = call();
        rig.offer(bundle(ListingServer.REVIEWED, null));
        String deniedAgain = call();
        server.lists(ListingServer.REVIEWED);

        // When
        List<String> shown = listed();

        // Then
        assertThat(denied).contains("policy_denied");
        assertThat(pinnedAnew).contains("done");
        assertThat(deniedAgain).contains("policy_denied");
        // The guardrail's own look differs until it looks again, ten seconds after the last time.
        assertThat(shown).isEmpty();
    }

    @Test
    void calls_of_a_changed_tool_are_held_for_review_where_the_server_says_so() throws Exception {
        // Given
        rig.offer(bundle(ListingServer.REVIEWED, OnDefinitionChange.REVIEW));
        server.lists(ListingServer.CHANGED, ListingServer.OTHER);

        // When
        String answer = call();

        // Then
        assertThat(answer).contains("review_unavailable");
        assertThat(lastDecision().path("verdict").asText()).isEqualTo("Review");
        assertThat(listed()).containsExactly("read_index");
        assertThat(rig.executed()).isEmpty();
    }

    @Test
    void an_agent_that_is_only_watched_goes_on_and_the_trail_says_what_would_be() throws Exception {
        // Given
        rig.offer(bundle(ListingServer.REVIEWED, null, EnforcementMode.AUDIT));
        server.lists(ListingServer.CHANGED);

        // When
        String answer = call();

        // Then
        assertThat(answer).contains("done");
        assertThat(lastDecision().toString()).contains("definition_changed", "\"wouldVerdict\":\"Deny\"");
        assertThat(listed()).containsExactly("read_page");
    }

    static Stream<Arguments> changes() {
        return Stream.of(
                Arguments.of("listed twice", List.of(ListingServer.REVIEWED, ListingServer.REVIEWED)),
                Arguments.of("listed twice, changed first", List.of(ListingServer.CHANGED, ListingServer.REVIEWED)),
                Arguments.of("gone", List.of(ListingServer.OTHER)),
                Arguments.of("without a digest",
                        List.of(ListingServer.with(tool -> tool.replace("true", "9007199254740993")))),
                Arguments.of("a schema", List.of(ListingServer.with(tool -> tool.replace("integer", "string")))),
                Arguments.of("an annotation", List.of(ListingServer.with(tool -> tool.replace("true", "false")))),
                Arguments.of("a title",
                        List.of(ListingServer.with(tool -> tool.replace("{\"name", "{\"title\":\"x\",\"name")))),
                Arguments.of("_meta",
                        List.of(ListingServer.with(tool -> tool.replace("{\"name", "{\"_meta\":{},\"name")))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("changes")
    void whatever_is_not_the_pinned_definition_is_a_change(String what, List<String> tools) throws Exception {
        // Given
        server.lists(tools.toArray(String[]::new));

        // When
        String answer = call();

        // Then
        assertThat(answer).contains("policy_denied");
        assertThat(listed()).doesNotContain("read_page");
        assertThat(rig.executed()).isEmpty();
    }

    @Test
    void what_means_the_same_is_no_change() throws Exception {
        // Given
        server.lists("{ \"annotations\" : {\"readOnlyHint\":true}, \"inputSchema\":{\"properties\":{\"page\":{\"type\":"
                + "\"integer\"}},\"type\":\"obj\\u0065ct\"}, \"description\":\"Reads a page.\",\"name\":\"read\\u005fpage\"}");

        // When
        String answer = call();

        // Then
        assertThat(answer).contains("done");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void all_pages_are_looked_at(boolean events) throws Exception {
        // Given
        server.events = events;
        server.pages = List.of(List.of(ListingServer.OTHER), List.of(), List.of(ListingServer.REVIEWED));
        String good = call();
        rig.restart();
        rig.offer(bundle(ListingServer.REVIEWED, null));
        server.pages = List.of(List.of(ListingServer.REVIEWED), List.of(ListingServer.CHANGED));

        // When
        String twice = call();

        // Then
        assertThat(good).contains("done");
        assertThat(twice).contains("policy_denied");
        assertThat(server.asked).hasSize(5);
    }

    @Test
    void a_guardrail_that_starts_anew_looks_again() throws Exception {
        // Given
        call();
        rig.restart();
        rig.offer(bundle(ListingServer.REVIEWED, null));
        server.lists(ListingServer.CHANGED);

        // When
        String answer = call();

        // Then
        assertThat(answer).contains("policy_denied");
        assertThat(server.looks()).isEqualTo(2);
    }

    @Test
    void a_server_that_shows_the_guardrail_another_definition_than_the_agent_does_not_get_calls() throws Exception {
        // Given
        server.pagesForGuardrail = List.of(List.of(ListingServer.REVIEWED));
        String before = call();
        server.lists(ListingServer.CHANGED);
        listed();

        // When
        String answer = call();

        // Then
        assertThat(before).contains("done");
        assertThat(answer).contains("policy_denied");
    }

    @Test
    void a_list_that_nobody_asked_for_proves_nothing() throws Exception {
        // Given
        server.lists(ListingServer.CHANGED);
        rig.server().answers(exchange -> {
            if (exchange.request().start().startsWith("GET")) {
                exchange.stream("data: {\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"tools\":["
                        + ListingServer.REVIEWED + "]}}\n\n");
            } else {
                server.answer(exchange);
            }
        });
        rig.exchange(Request.get("files"));

        // When
        String answer = call();

        // Then
        assertThat(answer).contains("policy_denied");
    }

    static Stream<Arguments> unlearnable() {
        ToolServer.Behaviour endless = exchange -> exchange.json(200, "",
                exchange.result("{\"tools\":[],\"nextCursor\":\"0\"}"));
        ToolServer.Behaviour large = exchange -> exchange.json(200, "",
                exchange.result("{\"tools\":[{\"name\":\"" + "x".repeat(20_000) + "\"}]}"));
        return Stream.of(
                Arguments.of("down", (ToolServer.Behaviour) exchange -> exchange.socket().close()),
                Arguments.of("slow", (ToolServer.Behaviour) exchange -> Thread.sleep(60_000)),
                Arguments.of("slow within a stream", (ToolServer.Behaviour) exchange -> {
                    exchange.stream();
                    for (int i = 0; i < 600; i++) {
                        exchange.chunk(": still there\n\n");
                        Thread.sleep(100);
                    }
                }),
                Arguments.of("endless", endless), Arguments.of("large", large),
                Arguments.of("an error", (ToolServer.Behaviour) exchange -> exchange.json(200, "",
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32601,\"message\":\"x\"}}")),
                Arguments.of("the answer to another request", (ToolServer.Behaviour) exchange -> exchange.json(200, "",
                        "{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"result\":{\"tools\":[" + ListingServer.REVIEWED + "]}}")),
                Arguments.of("no list", (ToolServer.Behaviour) exchange -> exchange.json(200, "",
                        exchange.result("{\"tools\":{}}"))),
                Arguments.of("a cursor that is none", (ToolServer.Behaviour) exchange -> exchange.json(200, "",
                        exchange.result("{\"tools\":[" + ListingServer.REVIEWED + "],\"nextCursor\":7}"))),
                Arguments.of("not JSON", (ToolServer.Behaviour) exchange -> exchange.json(200, "", "<html>")),
                Arguments.of("another type", (ToolServer.Behaviour) exchange -> exchange.whole(200, "text/plain", "",
                        exchange.result("{\"tools\":[" + ListingServer.REVIEWED + "]}"))),
                Arguments.of("a redirect",
                        (ToolServer.Behaviour) exchange -> exchange.json(302, "Location: /x\r\n", "{}")),
                Arguments.of("unauthorized", (ToolServer.Behaviour) exchange -> exchange.json(401, "", "{}")),
                Arguments.of("broken", (ToolServer.Behaviour) exchange -> exchange.json(500, "",
                        exchange.result("{\"tools\":[" + ListingServer.REVIEWED + "]}"))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unlearnable")
    void a_call_of_a_tool_whose_definition_cannot_be_learnt_is_denied(String what, ToolServer.Behaviour behaviour)
            throws Exception {
        // Given
        server.insteadOfLists = behaviour;

        // When
        long start = System.nanoTime();
        String answer = call();

        // Then
        assertThat(answer).contains("not_ready");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
        assertThat(lastDecision().toString()).contains("definition_unknown");
        assertThat(rig.executed()).isEmpty();
        Rig.await("nothing held", () -> rig.metricOr("chaperone_guardrail_held_bytes") == 0);
        server.insteadOfLists = null;
        assertThat(call()).contains("done");
    }

    @Test
    void the_agent_hears_that_its_session_is_gone() throws Exception {
        // Given
        String id = rig.exchange(Request.rpc("files", "initialize")).header("mcp-session-id");
        server.insteadOfLists = exchange -> exchange.json(404, "", "{}");

        // When
        RawHttp.Message answer = rig.exchange(
                Request.call("files", "read_page", CALL).with("Mcp-Session-Id", id));

        // Then
        assertThat(answer.status()).isEqualTo(404);
        assertThat(rig.executed()).isEmpty();
    }

    @Test
    void the_server_is_asked_in_the_session_of_the_agent() throws Exception {
        // Given
        String id = rig.exchange(Request.rpc("files", "initialize")).header("mcp-session-id");

        // When
        String answer = rig.exchange(Request.call("files", "read_page", CALL).with("Mcp-Session-Id", id)
                .with("MCP-Protocol-Version", "2025-06-18")).text();

        // Then
        assertThat(answer).contains("done");
        RawHttp.Message look = rig.server().received().stream()
                .filter(request -> request.text().contains("tools/list")).findFirst().orElseThrow();
        assertThat(look.header("mcp-session-id")).isEqualTo("upstream-session-1");
        assertThat(look.header("mcp-protocol-version")).isEqualTo("2025-06-18");
    }

    @Test
    void a_server_of_the_modern_era_is_asked_as_that_era_asks() throws Exception {
        // When
        String answer = rig.exchange(Request.modernCall("files", "read_page", CALL)).text();

        // Then
        assertThat(answer).contains("done");
        RawHttp.Message look = rig.server().received().getFirst();
        assertThat(look.header("mcp-method")).isEqualTo("tools/list");
        assertThat(look.header("mcp-name")).isNull();
        JsonNode meta = server.asked.getFirst().path("params").path("_meta");
        assertThat(meta.path("io.modelcontextprotocol/protocolVersion").asText()).isEqualTo(Request.MODERN);
        assertThat(meta.path("io.modelcontextprotocol/clientCapabilities").isObject()).isTrue();
    }

    @Test
    void calls_at_the_same_time_share_their_looks() throws Exception {
        // Given
        server.insteadOfLists = exchange -> {
            Thread.sleep(300);
            exchange.json(200, "", exchange.result("{\"tools\":[" + ListingServer.REVIEWED + "]}"));
        };

        // When
        List<Future<String>> answers = new ArrayList<>();
        try (var agents = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 6; i++) {
                answers.add(agents.submit(this::call));
            }
        }

        // Then
        for (Future<String> answer : answers) {
            assertThat(answer.get()).contains("done");
        }
        assertThat(server.looks()).isLessThanOrEqualTo(Runtime.getRuntime().availableProcessors());
    }

    @Test
    void an_agent_that_goes_away_meanwhile_gets_nothing_called() throws Exception {
        // Given
        CountDownLatch gone = new CountDownLatch(1);
        server.insteadOfLists = exchange -> {
            gone.await();
            exchange.json(200, "", exchange.result("{\"tools\":[" + ListingServer.REVIEWED + "]}"));
        };

        // When
        try (Agent agent = rig.agent()) {
            agent.send(Request.call("files", "read_page", CALL));
            Rig.await("the look", () -> !server.asked.isEmpty());
        }
        Rig.await("the end of the look", () -> rig.metricOr("chaperone_guardrail_held_bytes") == 0);
        gone.countDown();
        Thread.sleep(300);

        // Then
        assertThat(rig.executed()).isEmpty();
        assertThat(rig.trail().decisions()).isEmpty();
    }

    @Test
    void a_config_that_comes_during_the_look_decides() throws Exception {
        // Given
        server.insteadOfLists = exchange -> {
            rig.offer(bundle(ListingServer.CHANGED, null));
            exchange.json(200, "", exchange.result("{\"tools\":[" + ListingServer.REVIEWED + "]}"));
        };

        // When
        String answer = call();

        // Then
        assertThat(answer).contains("policy_denied");
    }
}
