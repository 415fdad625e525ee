package dev.chaperone.guardrail.egresslock;

import dev.chaperone.guardrail.egresslock.Target.Kind;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What is tried: what every pod has outside of it. Names are resolved here, as long as there is a way to do it. */
final class Targets {
    private static final int HTTPS = 443;
    private static final int DNS_PORT = 53;
    private static final int MOST_OF_A_KIND = 3;
    private static final String NAME_SERVER = "nameserver ";
    /** An address that documents use and nobody has (RFC 3849). */
    private static final String NOBODY = "2001:db8::1";

    private Targets() {}

    /**
     * @param environment of this process
     * @param resolver the file that names the name servers, see resolv.conf(5)
     */
    static List<Target> of(Map<String, String> environment, Path resolver) {
        List<Target> targets = new ArrayList<>();
        String channel = environment.getOrDefault("CHAPERONE_CHANNEL_URL", "");
        if (!channel.isEmpty()) {
            URI url = URI.create(channel);
            add(targets, Kind.TCP, "operator", url.getHost(), url.getPort() < 0 ? HTTPS : url.getPort());
        }
        String api = environment.getOrDefault("KUBERNETES_SERVICE_HOST", "");
        if (!api.isEmpty()) {
            add(targets, Kind.TCP, "API server", api,
                    Integer.parseInt(environment.getOrDefault("KUBERNETES_SERVICE_PORT", String.valueOf(HTTPS))));
        }
        nameServers(resolver).forEach(server -> add(targets, Kind.DNS, "name server", server, DNS_PORT));
        if (targets.stream().noneMatch(Target::isIpv6) && hasIpv6()) {
            add(targets, Kind.PACKET, "IPv6", NOBODY, DNS_PORT);
        }
        return List.copyOf(targets);
    }

    private static void add(List<Target> targets, Kind kind, String what, String host, int port) {
        try {
            InetAddress[] addresses = InetAddress.getAllByName(host);
            for (int i = 0; i < Math.min(addresses.length, MOST_OF_A_KIND); i++) {
                targets.add(new Target(kind, what, new InetSocketAddress(addresses[i], port)));
            }
        } catch (UnknownHostException e) {
            // There is nothing to connect to; that too few were reached is told by the probe.
        }
    }

    private static List<String> nameServers(Path resolver) {
        try {
            return Files.readAllLines(resolver).stream().filter(line -> line.startsWith(NAME_SERVER))
                    .map(line -> line.substring(NAME_SERVER.length()).strip()).limit(MOST_OF_A_KIND).toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static boolean hasIpv6() {
        try {
            return NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses)
                    .anyMatch(address -> address instanceof Inet6Address && !address.isLoopbackAddress()
                            && !address.isLinkLocalAddress());
        } catch (SocketException e) {
            // Not known is not none.
            return true;
        }
    }
}
