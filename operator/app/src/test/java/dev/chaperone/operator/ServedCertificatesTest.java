package dev.chaperone.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.admission.server.SuppliedKeyManager;
import dev.chaperone.operator.certificates.OperatorCertificates;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServedCertificatesTest {
    private final OperatorCertificates first = OperatorCertificates.inForce(null, List.of("a.svc"), Instant.now());
    private final OperatorCertificates second = OperatorCertificates
            .inForce(first.data(), List.of("b.svc"), Instant.now());

    @Test
    void aHandshakeThatBeganBeforeGetsTheKeyOfItsCertificate() {
        // Given
        ServedCertificates served = new ServedCertificates(first);
        SuppliedKeyManager keys = new SuppliedKeyManager(served::serving);
        String begun = keys.chooseEngineServerAlias("EC", null, null);

        // When
        served.replace(second);

        // Then
        assertThat(keys.getCertificateChain(begun)).containsExactly(first.servingCertificate());
        assertThat(keys.getPrivateKey(begun)).isEqualTo(first.servingKey());
    }

    @Test
    void theNextHandshakeGetsTheNewOne() {
        // Given
        ServedCertificates served = new ServedCertificates(first);
        SuppliedKeyManager keys = new SuppliedKeyManager(served::serving);

        // When
        served.replace(second);

        // Then
        String alias = keys.chooseEngineServerAlias("EC", null, null);
        assertThat(keys.getCertificateChain(alias)).containsExactly(second.servingCertificate());
        assertThat(keys.getPrivateKey(alias)).isEqualTo(second.servingKey());
        assertThat(served.serving().chain()).containsExactly(second.servingCertificate());
    }
}
