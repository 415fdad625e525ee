package dev.chaperone.controller.channel;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;

/** Certificates that vouch for themselves, and a server's keys that can be changed. */
final class TestKeys extends X509ExtendedKeyManager {
    static final String SERVICE = "chaperone-channel.chaperone-system.svc";

    private volatile Certified current;

    TestKeys(Certified first) {
        current = first;
    }

    void change(Certified next) {
        current = next;
    }

    record Certified(PrivateKey key, X509Certificate certificate) {
        /** For these names, as keytool writes them. */
        static Certified of(String names) {
            try {
                Path directory = Files.createTempDirectory("keys");
                Path store = directory.resolve("store.p12");
                Process keytool = new ProcessBuilder(System.getProperty("java.home") + "/bin/keytool", "-genkeypair",
                        "-alias", "server", "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=chaperone",
                        "-ext", "SAN=" + names, "-storetype", "PKCS12", "-storepass", "changeit", "-keystore",
                        store.toString())
                        .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
                if (keytool.waitFor() != 0) {
                    throw new IOException("keytool failed");
                }
                KeyStore keys = KeyStore.getInstance(store.toFile(), "changeit".toCharArray());
                Files.delete(store);
                Files.delete(directory);
                return new Certified((PrivateKey) keys.getKey("server", "changeit".toCharArray()),
                        (X509Certificate) keys.getCertificate("server"));
            } catch (IOException | GeneralSecurityException | InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        /** For the service, and for tests on this machine. */
        static Certified ofService() {
            return of("dns:" + SERVICE + ",dns:localhost,ip:127.0.0.1");
        }
    }

    @Override
    public String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
        return keyType.equals("EC") ? "server" : null;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return new X509Certificate[]{current.certificate()};
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return current.key();
    }

    @Override
    public String[] getServerAliases(String keyType, Principal[] issuers) {
        return new String[]{"server"};
    }

    @Override
    public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
        return "server";
    }

    @Override
    public String[] getClientAliases(String keyType, Principal[] issuers) {
        return new String[0];
    }

    @Override
    public String chooseClientAlias(String[] keyType, Principal[] issuers, Socket socket) {
        return null;
    }
}
