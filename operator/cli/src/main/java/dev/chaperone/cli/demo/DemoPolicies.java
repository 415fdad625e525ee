package dev.chaperone.cli.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** The manifests of {@code policies/}, as they are but for the addresses of the tool servers. */
final class DemoPolicies {
    static final String AGENT = "agent.yaml";
    static final String CEILING = "payment-ceiling/policy.yaml";

    private static final List<String> FILES = List.of(
            AGENT,
            "coding-agent/policy.yaml",
            "coding-agent/tools.yaml",
            "office-agent/policy.yaml",
            "office-agent/tools.yaml",
            CEILING,
            "payment-ceiling/tools.yaml");

    private DemoPolicies() {}

    /**
     * The text of each file by its name.
     *
     * @param url where the tool server of a name lives on this stage
     */
    static Map<String, String> read(UnaryOperator<String> url) throws IOException {
        Map<String, String> texts = new LinkedHashMap<>();
        for (String file : FILES) {
            String text = resource("/policies/" + file);
            for (String server : DemoTools.SERVERS) {
                text = text.replace("http://" + server + ".tools.svc:8080/mcp", url.apply(server));
            }
            texts.put(file, text);
        }
        return texts;
    }

    /** The policy with the higher ceiling. */
    static String raised(String policy) {
        return policy.replace("100", "500");
    }

    static String resource(String name) throws IOException {
        try (InputStream in = DemoPolicies.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException(name + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
