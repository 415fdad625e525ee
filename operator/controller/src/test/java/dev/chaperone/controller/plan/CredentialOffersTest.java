package dev.chaperone.controller.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.api.ServerDescription.SecretKeyRef;
import dev.chaperone.controller.plan.CredentialOffers.Offer;
import dev.chaperone.controller.view.CredentialFacts;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CredentialOffersTest {
    private static final SecretKeyRef REF = new SecretKeyRef("s", "token");

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "tracker.dev.svc | http://tracker.dev.svc:8080/mcp | true",
            "tracker.dev.svc:8080 | http://tracker.dev.svc:8080/mcp | true",
            "tracker.dev.svc:80 | http://tracker.dev.svc/mcp | true",
            "tracker.dev.svc:443 | https://tracker.dev.svc/mcp | true",
            "tracker.dev.svc:80 | https://tracker.dev.svc/mcp | false",
            "tracker.dev.svc:8080 | http://tracker.dev.svc:8081/mcp | false",
            "tracker.dev.svc | http://tracker.dev.svc@evil.org/mcp | false",
            "tracker.dev.svc | http://evil.org/tracker.dev.svc | false",
            "a.org, tracker.dev.svc | http://TRACKER.dev.svc:8080/mcp | true",
            "*.example.com | https://api.example.com/mcp | true",
            "*.example.com | https://a.b.example.com/mcp | true",
            "*.example.com | https://example.com/mcp | false",
            "*.example.com | https://badexample.com/mcp | false",
            "*.example.com:8443 | https://api.example.com:8443/mcp | true",
            "*.example.com:8443 | https://api.example.com/mcp | false",
            "* | https://api.example.com/mcp | false",
            "'' | https://api.example.com/mcp | false",
            "api | :: | false"})
    void sendsASecretOnlyToItsHosts(String hosts, String url, boolean granted) {
        // Given
        CredentialOffers offers = offers("*", hosts);

        // When
        Offer offer = offers.offer(REF, "dev", url);

        // Then
        assertThat(offer instanceof Offer.Granted).isEqualTo(granted);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"dev | true", "a, dev | true", "* | true", "devel | false", "'' | false"})
    void offersASecretOnlyToItsNamespaces(String namespaces, boolean granted) {
        // Given
        CredentialOffers offers = offers(namespaces, "h");

        // When
        Offer offer = offers.offer(REF, "dev", "http://h/mcp");

        // Then
        assertThat(offer instanceof Offer.Granted).isEqualTo(granted);
    }

    @Test
    void tellsNobodyWhetherThereIsASecretThatIsNotOffered() {
        // Given
        CredentialOffers offers = offers("other", "h");

        // When
        Offer there = offers.offer(REF, "dev", "http://h/mcp");
        Offer absent = new CredentialOffers(List.of()).offer(REF, "dev", "http://h/mcp");

        // Then
        assertThat(there).isEqualTo(absent);
    }

    @Test
    void printsNoToken() {
        // Given
        CredentialOffers offers = offers("dev", "h");

        // When
        Offer offer = offers.offer(REF, "dev", "http://h/mcp");

        // Then
        assertThat(offer).isEqualTo(new Offer.Granted("secret"));
        assertThat(offer.toString()).doesNotContain("secret");
    }

    private static CredentialOffers offers(String namespaces, String hosts) {
        return new CredentialOffers(List.of(new CredentialFacts("s", namespaces, hosts, Map.of("token", "secret"))));
    }
}
