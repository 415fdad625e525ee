package dev.chaperone.guardrail.config;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.chaperone.config.channel.ChannelPaths;
import dev.chaperone.config.audit.AuditLine;
import dev.chaperone.config.audit.ChainPosition;
import dev.chaperone.config.channel.CredentialSet;
import dev.chaperone.config.channel.EvidenceAnswer;
import dev.chaperone.config.channel.EvidenceBatch;
import dev.chaperone.config.channel.MessageException;
import dev.chaperone.config.channel.SyncAnswer;
import dev.chaperone.config.channel.SyncRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The operator's side of the channel, which answers as it should until it is told to misbehave. */
public final class TestOperator implements AutoCloseable {

    private final HttpsServer server;
    private final List<SyncRequest> syncs = new CopyOnWriteArrayList<>();
    private final List<String> paths = new CopyOnWriteArrayList<>();
    private String token = "token-1";
    private String revision = "";
    private byte[] bundle = {};
    private CredentialSet credentials = CredentialSet.NONE;
    private Map<String, Duration> leases = Map.of();
    private Fault fault = Fault.NONE;
    private Duration heldBack = Duration.ZERO;
    private boolean closed;
    private final List<AuditLine> evidence = new ArrayList<>();
    private final List<String> breaks = new ArrayList<>();
    private final Map<String, ChainPosition> acknowledged = new HashMap<>();
    private UnaryOperator<EvidenceAnswer> answers = UnaryOperator.identity();
    private int answersToLose;

    /** Answers in the place of the operator, where it says that it did. */
    @FunctionalInterface
    public interface Fault {
        Fault NONE = _ -> false;

        boolean answers(HttpExchange exchange) throws IOException;
    }

    public TestOperator() throws IOException {
        this(0, "localhost");
    }

    /** @param name whose certificate it shows: {@code localhost} or {@code elsewhere} */
    TestOperator(int port, String name) throws IOException {
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(TestCertificates.server(name)));
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    public URI url() {
        return URI.create("https://localhost:" + server.getAddress().getPort());
    }

    /** The authority to trust, in PEM. */
    public static String authority() {
        return TestCertificates.pem("authority");
    }

    /** What is to be held from now on. */
    public synchronized void gives(String newRevision, byte[] newBundle) {
        revision = newRevision;
        bundle = newBundle;
        notifyAll();
    }

    /** What is to be held from now on. */
    public synchronized void gives(Map<String, String> tokens) {
        credentials = new CredentialSet(new TreeMap<>(tokens));
        notifyAll();
    }

    synchronized void gives(Map<String, String> tokens, String newRevision, byte[] newBundle) {
        gives(tokens);
        gives(newRevision, newBundle);
    }

    /** It answers nothing new before so much time has passed, however long a guardrail would wait. */
    synchronized void holdsBack(Duration time) {
        heldBack = time;
    }

    /** Which oversight is known to hold from now on, and for how long. */
    public synchronized void grants(Map<String, Duration> newLeases) {
        leases = newLeases;
        notifyAll();
    }

    synchronized void knows(String newToken) {
        token = newToken;
    }

    /** Misbehaves from now on; answers that are held back end. */
    public synchronized void fails(Fault newFault) {
        fault = newFault;
        notifyAll();
    }

    /** So many answers to evidence do not arrive; what was sent is kept. */
    synchronized void losesAnswers(int count) {
        answersToLose = count;
    }

    /** What it says in the place of a right answer to evidence. */
    synchronized void answersEvidence(UnaryOperator<EvidenceAnswer> changed) {
        answers = changed;
    }

    /** Its key is another one: it knows none of its acknowledgements. */
    synchronized void forgetsAcknowledgements() {
        acknowledged.clear();
    }

    /** What it has of audit trails, as it came. */
    public synchronized List<AuditLine> evidence() {
        return List.copyOf(evidence);
    }

    /** Where the chain of a boot did not go on. */
    public synchronized List<String> breaks() {
        return List.copyOf(breaks);
    }

    List<SyncRequest> syncs() {
        return syncs;
    }

    /** How many requests began with this path. */
    public long requests(String path) {
        return paths.stream().filter(asked -> asked.startsWith(path)).count();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String path = exchange.getRequestURI().getPath();
            paths.add(path);
            Fault current;
            boolean known;
            synchronized (this) {
                current = fault;
                known = ("Bearer " + token).equals(exchange.getRequestHeaders().getFirst("Authorization"));
            }
            if (current.answers(exchange)) {
                return;
            }
            if (!known) {
                send(exchange, 401, new byte[0]);
            } else if (path.equals(ChannelPaths.SYNC)) {
                send(exchange, 200, sync(SyncRequest.read(body)));
            } else if (path.equals(ChannelPaths.EVIDENCE)) {
                evidence(exchange, EvidenceBatch.read(body));
            } else {
                byte[] found = found(path);
                send(exchange, found == null ? 404 : 200, found == null ? new byte[0] : found);
            }
        } catch (MessageException | InterruptedException e) {
            throw new IOException(e);
        }
    }

    /** A line that it has by its own word is not kept again. */
    private synchronized void evidence(HttpExchange exchange, EvidenceBatch batch) throws IOException {
        String word = batch.acknowledgement();
        ChainPosition known = word == null ? ChainPosition.before(batch.boot()) : acknowledged.get(word);
        if (known == null) {
            send(exchange, 409, new byte[0]);
            return;
        }
        for (byte[] bytes : batch.lines()) {
            AuditLine line = AuditLine.read(bytes);
            ChainPosition.Link link = known.link(line);
            if (link != ChainPosition.Link.CONTINUES) {
                breaks.add(link + " at " + line.sequence() + " behind " + known.sequence());
            }
            if (link != ChainPosition.Link.BEHIND) {
                evidence.add(line);
                known = line.position();
            }
        }
        String next = known.boot() + "/" + known.sequence() + "/" + known.digest();
        acknowledged.put(next, known);
        if (answersToLose > 0) {
            answersToLose--;
            return;
        }
        send(exchange, 200, answers.apply(new EvidenceAnswer(known.boot(), known.sequence(), next)).write());
    }

    private synchronized byte @Nullable [] found(String path) {
        if (path.equals(ChannelPaths.CREDENTIALS)) {
            return credentials.write();
        }
        return path.equals(ChannelPaths.BUNDLES + revision) ? bundle : null;
    }

    private synchronized byte[] sync(SyncRequest request) throws InterruptedException {
        syncs.add(request);
        Fault before = fault;
        Duration wait = request.patience().isZero() || heldBack.isZero() ? request.patience() : heldBack;
        long most = wait.toMillis();
        long end = System.nanoTime() + most * 1_000_000;
        for (long left = most; left > 0 && fault == before && !closed
                && holds(request); left = (end - System.nanoTime()) / 1_000_000) {
            wait(left);
        }
        return new SyncAnswer("dev/coder", revision, credentials.digest(), new TreeMap<>(leases)).write();
    }

    private boolean holds(SyncRequest request) {
        return leases.keySet().equals(request.held()) && credentials.digest().equals(request.credentials())
                && (revision.equals(request.revision()) || revision.equals(request.refused()));
    }

    static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
    }

    int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        server.stop(0);
    }
}
