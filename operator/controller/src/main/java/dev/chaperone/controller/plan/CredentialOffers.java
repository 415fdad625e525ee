package dev.chaperone.controller.plan;

import dev.chaperone.api.ServerDescription.SecretKeyRef;
import dev.chaperone.controller.view.CredentialFacts;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Which Secrets may be sent where, for whom. */
public final class CredentialOffers {
    /** Whether a tool server may have what it asks for. */
    sealed interface Offer {
        /** @param token what the guardrail is to send */
        record Granted(String token) implements Offer {
            @Override
            public String toString() {
                return "Granted";
            }
        }

        /** @param reason why not, for the author of the tool server */
        record Refused(String reason) implements Offer {}
    }

    private final Map<String, CredentialFacts> secrets;

    public CredentialOffers(List<CredentialFacts> secrets) {
        this.secrets = secrets.stream().collect(Collectors.toMap(CredentialFacts::name, Function.identity()));
    }

    /**
     * @param namespace whose agents are to use the credential
     * @param url where it would be sent
     */
    Offer offer(SecretKeyRef ref, String namespace, String url) {
        CredentialFacts secret = secrets.get(ref.name());
        // Whether there is such a Secret is nobody's business to whom it is not offered.
        if (secret == null || !offeredTo(namespace, secret)) {
            return new Offer.Refused("no Secret " + ref.name() + " is offered to namespace " + namespace);
        }
        return offer(secret, ref, url);
    }

    /**
     * What keeps a tool server from its credential; null when nothing does.
     *
     * @param namespace null for a server that namespaces share, each of which is asked for once agents reach it
     */
    public @Nullable String problem(@Nullable String namespace, SecretKeyRef ref, String url) {
        CredentialFacts secret = secrets.get(ref.name());
        Offer offer = namespace != null
                ? offer(ref, namespace, url)
                : secret == null
                        ? new Offer.Refused("no Secret " + ref.name() + " is offered to anybody")
                        : offer(secret, ref, url);
        return offer instanceof Offer.Refused(var reason) ? reason : null;
    }

    private static Offer offer(CredentialFacts secret, SecretKeyRef ref, String url) {
        URI target = target(url);
        if (target == null || entries(secret.hosts()).noneMatch(entry -> covers(entry, target))) {
            return new Offer.Refused("Secret " + ref.name() + " may not be sent to " + url);
        }
        String token = secret.tokens().get(ref.key());
        return token == null || token.isEmpty()
                ? new Offer.Refused("Secret " + ref.name() + " has no key " + ref.key())
                : new Offer.Granted(token);
    }

    private static boolean offeredTo(String namespace, CredentialFacts secret) {
        return entries(secret.namespaces()).anyMatch(entry -> entry.equals("*") || entry.equals(namespace));
    }

    /** An entry is {@code host} or {@code host:port}; a leading {@code *.} stands for one label or more. */
    private static boolean covers(String entry, URI target) {
        String host = target.getHost().toLowerCase(Locale.ROOT);
        String wanted = entry.toLowerCase(Locale.ROOT);
        int port = target.getPort() >= 0 ? target.getPort() : target.getScheme().equalsIgnoreCase("https") ? 443 : 80;
        String withPort = host + ":" + port;
        if (wanted.startsWith("*.")) {
            String rest = wanted.substring(1);
            return under(host, rest) || under(withPort, rest);
        }
        return wanted.equals(host) || wanted.equals(withPort);
    }

    private static boolean under(String name, String suffix) {
        return suffix.length() > 1 && name.endsWith(suffix) && name.length() > suffix.length();
    }

    private static @Nullable URI target(String url) {
        try {
            URI uri = URI.create(url);
            return uri.getHost() == null || uri.getScheme() == null ? null : uri;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static Stream<String> entries(String list) {
        return Arrays.stream(list.split(",")).map(String::strip).filter(entry -> !entry.isEmpty());
    }
}
