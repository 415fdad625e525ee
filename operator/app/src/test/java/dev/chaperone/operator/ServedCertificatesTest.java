package dev.chaperone.operator;

import static org.assertj.core.api.Assertions.assertThat;

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
        String begun = served.chooseEngineServerAlias("EC", null, null);

        // When
        served.replace(second);

        // Then
        assertThat(served.getCertificateChain(begun)).containsExactly(first.servingCertificate());
        assertThat(served.getPrivateKey(begun)).isEqualTo(first.servingKey());
    }

    @Test
    void theNextHandshakeGetsTheNewOne() {
        // Given
        ServedCertificates served = new ServedCertificates(first);

        // When
        served.replace(second);

        // Then
        String alias = served.chooseEngineServerAlias("EC", null, null);
        assertThat(served.getCertificateChain(alias)).containsExactly(second.servingCertificate());
        assertThat(served.getPrivateKey(alias)).isEqualTo(second.servingKey());
        assertThat(served.serving().chain()).containsExactly(second.servingCertificate());
    }
}
