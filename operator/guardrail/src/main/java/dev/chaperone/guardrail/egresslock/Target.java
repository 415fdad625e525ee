package dev.chaperone.guardrail.egresslock;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;

/**
 * Something outside of the pod that is tried before and after the lock is set.
 *
 * @param what it is, for people
 */
record Target(Kind kind, String what, InetSocketAddress address) {
    /** How it is reached. */
    enum Kind {
        /** A TCP connection. */
        TCP,
        /** A question to a name server, which answers. */
        DNS,
        /** A UDP packet that nobody answers: sent is as good as arrived. */
        PACKET
    }

    /** What came of a try. */
    enum Outcome {
        /** It was reached. */
        REACHED("reached"),
        /** This pod's own network stack refused at once, as the lock does. */
        REFUSED("refused"),
        /** Neither within the time. */
        SILENT("no answer"),
        /** Anything else, such as an address without a route. */
        FAILED("failed");

        private final String text;

        Outcome(String text) {
            this.text = text;
        }

        /** For people. */
        String text() {
            return text;
        }
    }

    private static final int MILLIS = 1500;
    private static final int ANSWER_BYTES = 512;
    /** A question for the name servers of the root, which everybody who resolves names has. */
    private static final byte[] QUESTION = {0x43, 0x48, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1};

    Outcome attempt() {
        try {
            switch (kind) {
                case TCP -> connect();
                case DNS -> send(true);
                case PACKET -> send(false);
            }
            return Outcome.REACHED;
        } catch (InterruptedIOException e) {
            return Outcome.SILENT;
        } catch (IOException e) {
            return isRefusal(e) ? Outcome.REFUSED : Outcome.FAILED;
        }
    }

    private void connect() throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(address, MILLIS);
        }
    }

    private void send(boolean answered) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.setSoTimeout(MILLIS);
            socket.send(new DatagramPacket(QUESTION, QUESTION.length, address));
            if (answered) {
                socket.receive(new DatagramPacket(new byte[ANSWER_BYTES], ANSWER_BYTES));
            }
        }
    }

    // EHOSTUNREACH and EACCES are what a connection gets for "administratively prohibited" by IPv4 and IPv6, EPERM what a
    // packet gets that netfilter does not let out. Java tells them by the C library's words.
    private static boolean isRefusal(IOException e) {
        String message = String.valueOf(e.getMessage());
        return e instanceof NoRouteToHostException || message.contains("Operation not permitted")
                || message.contains("Permission denied");
    }

    boolean isIpv6() {
        InetAddress host = address.getAddress();
        return host instanceof java.net.Inet6Address;
    }

    /** For people. */
    String text() {
        return what + " " + (kind == Kind.TCP ? "tcp" : "udp") + " " + address.getAddress().getHostAddress() + ":"
                + address.getPort();
    }
}
