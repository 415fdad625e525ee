package dev.chaperone.policy;

import dev.chaperone.api.ServerDescription;
import dev.chaperone.api.ServerDescription.Tool;
import dev.chaperone.config.ArgumentSchema;
import dev.chaperone.config.CanonicalJson;
import dev.chaperone.config.Capability;
import dev.chaperone.config.ServerConfig;
import dev.chaperone.config.Stakes;
import dev.chaperone.config.ToolConfig;
import dev.chaperone.policy.ServerCatalog.KnownServer;
import dev.chaperone.policy.cel.NearestName;
import dev.chaperone.policy.schema.ArgumentTypes;
import dev.chaperone.policy.schema.UnreadKeywords;
import dev.chaperone.policy.schema.ValueType;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads tool servers. What is wrong with a whole server takes it away, what is wrong with a tool takes the tool away:
 * either way its calls are denied.
 */
final class ServerReader {
    private static final int MOST_LISTED = 10;

    private final String name;
    private final @Nullable ServerDescription spec;
    private final IssueSink sink;

    ServerReader(DeclaredServer server, IssueSink sink) {
        this.name = server.name();
        this.spec = server.spec();
        this.sink = sink;
        if (server.namespace() == null && spec != null) {
            Selectors.checkShared(server.sharedWith(), sink);
        }
    }

    KnownServer read() {
        ServerDescription present = spec;
        if (present == null) {
            sink.error("spec", "the spec is missing", "write at least spec.url");
            return KnownServer.unusable(name);
        }
        boolean shared = !sink.hasErrors();
        boolean reachable = checkUrl(present.url()) && shared;
        SortedMap<String, ValueType> types = new TreeMap<>();
        List<ToolConfig> tools = present.tools() == null ? null : tools(present.tools(), types);
        if (!reachable) {
            return KnownServer.unusable(name);
        }
        if (present.onDefinitionChange() != null
                && (tools == null || tools.stream().noneMatch(ServerReader::isPinned))) {
            sink.warning(
                    "spec.onDefinitionChange", "no tool has a definition to compare with, so this means nothing",
                    "pin definitions with 'chaperone pin', or remove it");
        }
        ServerConfig config = new ServerConfig(
                name, present.url(), Objects.requireNonNullElse(present.capabilities(), List.of(Capability.TOOLS)),
                present.credentials() != null, present.onDefinitionChange(), tools);
        return new KnownServer(name, config, tools == null ? null : types);
    }

    private static boolean isPinned(ToolConfig tool) {
        return tool.definition() != null;
    }

    private boolean checkUrl(@Nullable String url) {
        String problem = null;
        try {
            URI uri = new URI(url == null ? "" : url);
            String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
            if (!scheme.equals("http") && !scheme.equals("https")) {
                problem = "the URL is not http or https";
            } else if (uri.getHost() == null) {
                problem = "the URL names no host";
            } else if (uri.getRawUserInfo() != null) {
                problem = "the URL contains a credential, which everybody can read";
            } else if (uri.getRawFragment() != null) {
                problem = "the URL has a fragment, which is never sent";
            }
        } catch (URISyntaxException e) {
            problem = "not a URL: " + e.getReason();
        }
        if (problem != null) {
            sink.error(
                    "spec.url", problem,
                    problem.contains("credential")
                            ? "name a Secret in spec.credentials.secretRef"
                            : "write for example http://tracker.dev.svc:8080/mcp");
        }
        return problem == null;
    }

    private List<ToolConfig> tools(List<Tool> declared, SortedMap<String, ValueType> types) {
        Map<String, Integer> seen = new HashMap<>();
        List<ToolConfig> tools = new ArrayList<>();
        for (int i = 0; i < declared.size(); i++) {
            Tool tool = declared.get(i);
            String path = "spec.tools[" + i + "]";
            if (tool.name() == null || tool.name().isEmpty()) {
                sink.error(path + ".name", "the tool has no name", "write the name that the server gives it");
                continue;
            }
            Integer first = seen.putIfAbsent(tool.name(), i);
            if (first != null) {
                sink.error(
                        path + ".name",
                        "tool '" + tool.name() + "' is listed twice, first at spec.tools[" + first + "]",
                        "remove one of them; until then the tool does not exist");
                tools.removeIf(other -> other.name().equals(tool.name()));
                types.put(tool.name(), ValueType.Scalar.DYN);
                continue;
            }
            ValueType arguments = arguments(tool, path);
            types.put(tool.name(), Objects.requireNonNullElse(arguments, ValueType.Scalar.DYN));
            if (arguments != null) {
                tools.add(new ToolConfig(
                        tool.name(), Objects.requireNonNullElse(tool.stakes(), Stakes.HIGH), tool.inputSchema(),
                        tool.definition()));
            }
        }
        tools.sort(Comparator.comparing(ToolConfig::name));
        return tools;
    }

    /** The type of the tool's arguments; null when its schema cannot be read. */
    private @Nullable ValueType arguments(Tool tool, String path) {
        if (tool.inputSchema() == null) {
            return ValueType.Scalar.DYN;
        }
        try {
            ValueType type = ArgumentTypes.of(ArgumentSchema.parse(tool.inputSchema()));
            // The whole schema becomes part of a config, which must have a digest.
            CanonicalJson.bytes(tool.inputSchema());
            tellUnread(UnreadKeywords.of(tool.inputSchema()), path + ".inputSchema");
            return type instanceof ValueType.Struct ? type : ValueType.Scalar.DYN;
        } catch (IllegalArgumentException e) {
            sink.error(
                    path + ".inputSchema", "not a schema that Chaperone reads: " + e.getMessage(),
                    "mend the schema; until then the tool does not exist, and rules about it are not checked against it");
            return null;
        }
    }

    private void tellUnread(UnreadKeywords unread, String path) {
        if (!unread.demanding().isEmpty()) {
            sink.warning(
                    path,
                    "the guardrail does not hold arguments against " + listed(unread.demanding()),
                    "the tool server has to; write a rule for what an agent must not get past");
        }
        for (UnreadKeywords.Keyword keyword : unread.unknown()) {
            sink.warning(
                    path,
                    "JSON Schema has no keyword " + keyword + ", so it demands nothing",
                    NearestName.of(keyword.name(), UnreadKeywords.known())
                            .map(nearest -> "did you mean '" + nearest + "'?")
                            .orElse("remove it, or begin its name with x-"));
        }
    }

    private static String listed(List<UnreadKeywords.Keyword> keywords) {
        String some = keywords.stream().limit(MOST_LISTED).map(UnreadKeywords.Keyword::toString)
                .collect(Collectors.joining(", "));
        return keywords.size() > MOST_LISTED ? some + " and " + (keywords.size() - MOST_LISTED) + " more" : some;
    }
}
