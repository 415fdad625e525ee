package dev.chaperone.operator.certificates;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class OperatorCertificatesTest {
    private static final Instant NOW = Instant.now();
    private static final List<String> NAMES = List.of("webhook.chaperone.svc", "channel.chaperone.svc");

    private final OperatorCertificates made = OperatorCertificates.inForce(null, NAMES, NOW);

    @Test
    void theyStayAsTheyAreWhileTheyServe() {
        // When
        var later = OperatorCertificates.inForce(made.data(), NAMES, NOW.plus(Duration.ofDays(59)));

        // Then
        assertThat(later.data()).isEqualTo(made.data());
    }

    @Test
    void whatServersPresentIsRenewedInTimeByTheSameAuthority() {
        // When
        var later = OperatorCertificates.inForce(made.data(), NAMES, NOW.plus(Duration.ofDays(61)));

        // Then
        assertThat(later.authorityPem()).isEqualTo(made.authorityPem());
        assertThat(later.serving().certificate().getNotAfter())
                .isAfter(made.serving().certificate().getNotAfter());
    }

    static Stream<Map<String, String>> damaged() {
        Map<String, String> good = OperatorCertificates.inForce(null, NAMES, NOW).data();
        Map<String, String> other = OperatorCertificates.inForce(null, NAMES, NOW).data();
        return Stream.of(
                with(good, "tls.crt", "bm8="), with(good, "tls.key", "%"), with(good, "tls.crt", null),
                // Signed by somebody else.
                with(with(good, "tls.crt", other.get("tls.crt")), "tls.key", other.get("tls.key")));
    }

    private static Map<String, String> with(Map<String, String> data, String key, String value) {
        Map<String, String> changed = new TreeMap<>(data);
        changed.put(key, value);
        changed.values().removeIf(java.util.Objects::isNull);
        return changed;
    }

    @ParameterizedTest
    @MethodSource("damaged")
    void whatCannotBePresentedIsReplacedUnderTheSameAuthority(Map<String, String> present) {
        // When
        var mended = OperatorCertificates.inForce(present, NAMES, NOW);

        // Then
        assertThat(mended.data()).containsEntry("ca.crt", present.get("ca.crt"));
        assertThat(mended.serving().certificate().getIssuerX500Principal())
                .isEqualTo(mended.authority().certificate().getSubjectX500Principal());
        assertThat(mended.data().get("tls.crt")).isNotEqualTo(present.get("tls.crt"));
    }

    @Test
    void otherNamesNeedAnotherCertificate() {
        // When
        var renamed = OperatorCertificates.inForce(made.data(), List.of("other.svc"), NOW);

        // Then
        assertThat(renamed.data().get("tls.crt")).isNotEqualTo(made.data().get("tls.crt"));
        assertThat(renamed.authorityPem()).isEqualTo(made.authorityPem());
    }

    @Test
    void anExpiredAuthorityIsReplaced() {
        // When
        var later = OperatorCertificates.inForce(made.data(), NAMES, NOW.plus(Duration.ofDays(3651)));

        // Then
        assertThat(later.authorityPem()).isNotEqualTo(made.authorityPem());
    }

    @Test
    void anAuthoritySignsServersAndNothingElse() throws Exception {
        X509Certificate authority = made.authority().certificate();
        X509Certificate serving = made.serving().certificate();
        assertThat(authority.getBasicConstraints()).isZero();
        assertThat(serving.getBasicConstraints()).isEqualTo(-1);
        assertThat(serving.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
        assertThat(new String(Base64.getDecoder().decode(made.data().get("ca.crt"))))
                .startsWith("-----BEGIN CERTIFICATE-----\n").endsWith("-----END CERTIFICATE-----\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"webhook.chaperone.svc", "channel.chaperone.svc"})
    void aClientThatTrustsTheAuthorityAcceptsTheServerUnderItsNames(String name) throws Exception {
        assertThat(handshake(name)).isNull();
    }

    @Test
    void aClientRefusesTheServerUnderAnotherName() throws Exception {
        assertThat(handshake("other.chaperone.svc")).hasMessageContaining("other.chaperone.svc");
    }

    // Both ends in memory: what one wraps the other unwraps, until both are done or one refuses.
    private Throwable handshake(String name) throws Exception {
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        KeyStore serving = KeyStore.getInstance("PKCS12");
        serving.load(null, null);
        serving.setKeyEntry("s", made.servingKey(), new char[0], new Certificate[]{made.servingCertificate()});
        keys.init(serving, new char[0]);
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        KeyStore authorities = KeyStore.getInstance("PKCS12");
        authorities.load(null, null);
        authorities.setCertificateEntry("a", made.authorityCertificate());
        trust.init(authorities);
        SSLContext server = SSLContext.getInstance("TLS");
        server.init(keys.getKeyManagers(), null, null);
        SSLContext client = SSLContext.getInstance("TLS");
        client.init(null, trust.getTrustManagers(), null);
        SSLEngine ours = server.createSSLEngine();
        ours.setUseClientMode(false);
        SSLEngine theirs = client.createSSLEngine(name, 443);
        theirs.setUseClientMode(true);
        SSLParameters parameters = theirs.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        theirs.setSSLParameters(parameters);
        try {
            Handshake.between(theirs, ours);
            return null;
        } catch (SSLException e) {
            Throwable cause = e;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            return cause;
        }
    }
}
