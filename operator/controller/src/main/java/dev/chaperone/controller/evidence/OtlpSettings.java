package dev.chaperone.controller.evidence;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where the collector is.
 *
 * @param endpoint its base, to which {@code /v1/logs} is added
 * @param headersFile lines {@code Name: value} that are sent along, read anew each time; null for none
 * @param authorities PEM with who vouches for the collector's certificate; null for whoever the JVM believes
 * @param timeout how long it may take to answer
 */
public record OtlpSettings(
        URI endpoint, @Nullable Path headersFile, @Nullable Path authorities, Duration timeout) {
    public static final Duration TIMEOUT = Duration.ofSeconds(10);

    /** @throws IllegalArgumentException when the endpoint is no HTTP address */
    public OtlpSettings {
        if (!("http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme()))
                || endpoint.getHost() == null || endpoint.getQuery() != null || endpoint.getFragment() != null
                || endpoint.getUserInfo() != null) {
            throw new IllegalArgumentException("the endpoint is no address such as https://collector:4318");
        }
    }

    URI logs() {
        String base = endpoint.toString();
        return URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base) + "/v1/logs");
    }
}
