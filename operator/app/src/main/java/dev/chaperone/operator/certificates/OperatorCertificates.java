package dev.chaperone.operator.certificates;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The authority and what servers present, as they lie in one Secret.
 *
 * @param authority signs what servers present; guardrails and the API server trust it and no other
 * @param serving what the operator's servers present
 */
public record OperatorCertificates(KeyAndCertificate authority, KeyAndCertificate serving) {
    private static final String AUTHORITY = "ca.crt";
    private static final String AUTHORITY_KEY = "ca.key";
    private static final String SERVING = "tls.crt";
    private static final String SERVING_KEY = "tls.key";
    private static final int DNS_NAME = 2;

    /**
     * The certificates that should be in force: those that are there as long as they serve, else new ones. The
     * authority is kept whenever it can be, because pods carry it.
     *
     * @param present the Secret's data, in Base64; null when there is none
     * @param names DNS names of the servers
     */
    public static OperatorCertificates inForce(
            @Nullable Map<String, String> present, Collection<String> names, Instant now) {
        var maker = new CertificateAuthority();
        KeyAndCertificate authority = read(present, AUTHORITY, AUTHORITY_KEY);
        if (authority == null || authority.isExpired(now)) {
            authority = maker.create(now);
        }
        KeyAndCertificate serving = read(present, SERVING, SERVING_KEY);
        boolean serves = serving != null && !serving.isDue(now) && isSignedBy(serving, authority)
                && names(serving.certificate()).equals(new TreeSet<>(names));
        return new OperatorCertificates(
                authority, serves && serving != null ? serving : maker.issue(authority, names, now));
    }

    /** As they lie in a Secret, in Base64. */
    public Map<String, String> data() {
        Map<String, String> data = new TreeMap<>();
        data.put(AUTHORITY, base64(Pem.of(authority.certificate())));
        data.put(AUTHORITY_KEY, base64(Pem.of(authority.key())));
        data.put(SERVING, base64(Pem.of(serving.certificate())));
        data.put(SERVING_KEY, base64(Pem.of(serving.key())));
        return data;
    }

    /** The authority's certificate as PEM, for whoever is to trust the operator. */
    public String authorityPem() {
        return Pem.of(authority.certificate());
    }

    /** A secret that all replicas know and nobody else. */
    public byte[] sharedSecret() {
        return authority.key().getEncoded();
    }

    /** The authority's certificate. */
    public X509Certificate authorityCertificate() {
        return authority.certificate();
    }

    /** What servers present. */
    public X509Certificate servingCertificate() {
        return serving.certificate();
    }

    /** Key of {@link #servingCertificate}. */
    public PrivateKey servingKey() {
        return serving.key();
    }

    private static @Nullable KeyAndCertificate read(
            @Nullable Map<String, String> data, String certificate, String key) {
        if (data == null || !data.containsKey(certificate) || !data.containsKey(key)) {
            return null;
        }
        try {
            return Pem.read(text(data, certificate), text(data, key));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            // What cannot be read is made anew; whoever may write the Secret could have removed it as well.
            return null;
        }
    }

    private static String text(Map<String, String> data, String name) {
        return new String(Base64.getDecoder().decode(data.getOrDefault(name, "")), StandardCharsets.US_ASCII);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static boolean isSignedBy(KeyAndCertificate serving, KeyAndCertificate authority) {
        try {
            serving.certificate().verify(authority.certificate().getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static TreeSet<String> names(X509Certificate certificate) {
        TreeSet<String> names = new TreeSet<>();
        try {
            var alternatives = certificate.getSubjectAlternativeNames();
            if (alternatives != null) {
                alternatives.stream()
                        .filter(name -> name.getFirst().equals(DNS_NAME))
                        .forEach(name -> names.add((String) name.get(1)));
            }
        } catch (GeneralSecurityException e) {
            // Then it names nobody, and is replaced.
        }
        return names;
    }
}
