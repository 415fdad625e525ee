package dev.chaperone.admission.server;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Certificates that sign themselves. */
public final class TestingCertificates {
    private static final char[] PASSWORD = "only-in-tests".toCharArray();

    private TestingCertificates() {}

    /** A new one of a day. */
    public static ServingCertificate create(String name) throws Exception {
        return create(name, "127.0.0.1");
    }

    /** A new one of a day, for another address. */
    public static ServingCertificate create(String name, String address) throws Exception {
        Path folder = Files.createTempDirectory("certificate");
        Path file = folder.resolve("store.p12");
        Process keytool = new ProcessBuilder(
                System.getProperty("java.home") + "/bin/keytool", "-genkeypair", "-alias", "it", "-keyalg", "EC",
                "-groupname", "secp256r1", "-dname", "CN=" + name, "-ext", "san=ip:" + address, "-validity", "1",
                "-storetype", "PKCS12", "-keystore", file.toString(), "-storepass", new String(PASSWORD))
                .redirectErrorStream(true).start();
        String said = new String(keytool.getInputStream().readAllBytes());
        if (keytool.waitFor() != 0) {
            throw new IllegalStateException(said);
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD);
        }
        Files.delete(file);
        Files.delete(folder);
        return new ServingCertificate(
                (PrivateKey) store.getKey("it", PASSWORD), List.of((X509Certificate) store.getCertificate("it")));
    }

    /** A client's context that believes these and no others. */
    public static SSLContext trusting(ServingCertificate... certificates) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null);
        for (int i = 0; i < certificates.length; i++) {
            store.setCertificateEntry("c" + i, certificates[i].chain().getFirst());
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
