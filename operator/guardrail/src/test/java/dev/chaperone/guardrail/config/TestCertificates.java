package dev.chaperone.guardrail.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** An authority and certificates of it, made by the JDK's keytool once for all tests. */
final class TestCertificates {
    private static final char[] PASSWORD = "password".toCharArray();
    private static final KeyStore KEYS = made();

    private TestCertificates() {}

    private static KeyStore made() {
        try {
            Path directory = Files.createTempDirectory("certificates");
            Path file = directory.resolve("keys.p12");
            keytool(file, "authority", "-ext", "bc:critical=ca:true");
            keytool(file, "localhost", "-signer", "authority", "-ext", "san=dns:localhost");
            keytool(file, "elsewhere", "-signer", "authority", "-ext", "san=dns:elsewhere.example");
            keytool(file, "stranger", "-ext", "bc:critical=ca:true");
            KeyStore keys = KeyStore.getInstance(file.toFile(), PASSWORD);
            Files.delete(file);
            Files.delete(directory);
            return keys;
        } catch (IOException | GeneralSecurityException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void keytool(Path file, String name, String... more) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-keyalg", "EC",
                "-groupname", "secp256r1", "-alias", name, "-dname", "CN=" + name, "-validity", "30",
                "-keystore", file.toString(), "-storetype", "PKCS12", "-storepass", new String(PASSWORD)));
        command.addAll(Arrays.asList(more));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0) {
            throw new IOException(output);
        }
    }

    /** The certificate of {@code authority}, which the others come from, or of {@code stranger}, in PEM. */
    static String pem(String name) {
        try {
            String text = Base64.getMimeEncoder().encodeToString(KEYS.getCertificate(name).getEncoded());
            return "-----BEGIN CERTIFICATE-----\n" + text + "\n-----END CERTIFICATE-----\n";
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** TLS of a server that is {@code localhost} or {@code elsewhere}. */
    static SSLContext server(String name) {
        try {
            KeyStore own = KeyStore.getInstance("PKCS12");
            own.load(null, null);
            Certificate[] chain = KEYS.getCertificateChain(name);
            own.setKeyEntry(name, KEYS.getKey(name, PASSWORD), PASSWORD, chain);
            KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
            managers.init(own, PASSWORD);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(managers.getKeyManagers(), null, null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
