package dev.chaperone.it.cluster;

import dev.chaperone.test.KubernetesCluster;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.IOException;
import java.time.Duration;
import java.util.stream.Stream;

/** The machine below everything. What is done to it needs no API server. */
final class Node {
    private static final String API_SERVER = "kube-apiserver";
    private static final Duration STANDING = Duration.ofMillis(200);
    private static final Duration GOING = Duration.ofMillis(50);
    // Without pgrep, which not every node's image has: numbers of processes by name and something else.
    private static final String FIND = """
            found() {
              for process in /proc/[0-9]*; do
                if [ "$(cat "$process/comm" 2>/dev/null)" = "$1" ] && eval "$2"; then echo "${process#/proc/}"; fi
              done
            }
            """;

    private final KubernetesCluster cluster;

    Node(KubernetesCluster cluster) {
        this.cluster = cluster;
    }

    /** Whether it may be broken. */
    boolean isOurs() {
        return !cluster.outlivesTests();
    }

    /** The JVM of a pod gets a signal, and nothing else of it. */
    void signalsJavaOf(Pod pod, String signal) throws IOException, InterruptedException {
        signalsOf(pod, "java", signal);
    }

    /** The pod's processes of a command get a signal. */
    void signalsOf(Pod pod, String command, String signal) throws IOException, InterruptedException {
        // Some runtimes write the UID with underscores.
        String uid = pod.getMetadata().getUid().replace('-', '.');
        signals(command, "grep -q '" + uid + "' \"$process/cgroup\"", signal);
    }

    /** Whatever a pod and the operator send one another is lost from now on; all else passes. */
    void cutsOffFromOperator(Pod pod) throws IOException, InterruptedException {
        inNetworkOf(pod,
                "nft add table inet cut && nft add chain inet cut out '{ type filter hook output priority 0; }'"
                        + " && nft add rule inet cut out tcp dport 443 drop"
                        + " && nft add chain inet cut in '{ type filter hook input priority 0; }'"
                        + " && nft add rule inet cut in tcp sport 443 drop");
    }

    void reconnectsToOperator(Pod pod) throws IOException, InterruptedException {
        inNetworkOf(pod, "nft delete table inet cut 2>/dev/null || true");
    }

    private void inNetworkOf(Pod pod, String command) throws IOException, InterruptedException {
        String uid = pod.getMetadata().getUid().replace('-', '.');
        cluster.onNode("sh", "-c",
                FIND + "for number in $(found java \"$1\"); do nsenter -t \"$number\" -n sh -c \"$2\";"
                        + " done",
                "sh", "grep -q '" + uid + "' \"$process/cgroup\"", command);
    }

    /** Runs a command as a user who no process of the pod is, with the files and the network of a pod's process. */
    String runsBeside(Pod pod, String process, long user, String... command) throws IOException, InterruptedException {
        String uid = pod.getMetadata().getUid().replace('-', '.');
        return cluster.onNode(Stream.concat(
                Stream.of("sh", "-c",
                        FIND + "number=$(found \"$1\" \"$2\" | head -n 1); user=$3; shift 3;"
                                + " exec nsenter -t \"$number\" -n -m -S \"$user\" -G \"$user\" \"$@\"",
                        "sh", process, "grep -q '" + uid + "' \"$process/cgroup\"", String.valueOf(user)),
                Stream.of(command)).toArray(String[]::new));
    }

    /** All guardrails of the node stand still. */
    void stopsGuardrails() throws IOException, InterruptedException {
        signalsJavaOfUser(64515, "STOP");
    }

    /** All that stood still goes on. */
    void continuesAll() throws IOException, InterruptedException {
        signalsApiServer("CONT");
        signalsJavaOfUser(64515, "CONT");
        signalsJavaOfUser(64516, "CONT");
    }

    private void signalsJavaOfUser(int user, String signal) throws IOException, InterruptedException {
        signals("java", "[ \"$(stat -c %u \"$process\")\" = " + user + " ]", signal);
    }

    private void signals(String name, String condition, String signal) throws IOException, InterruptedException {
        // A process may end just before the signal.
        cluster.onNode("sh", "-c",
                FIND + "for number in $(found \"$1\" \"$2\"); do kill -\"$3\" \"$number\" || [ ! -e \"/proc/$number\" ];"
                        + " done",
                "sh", name, condition, signal);
    }

    /** The API server stands still; pods go on. */
    void stopsApiServer() throws IOException, InterruptedException {
        signalsApiServer("STOP");
    }

    void continuesApiServer() throws IOException, InterruptedException {
        signalsApiServer("CONT");
    }

    private void signalsApiServer(String signal) throws IOException, InterruptedException {
        if (apiServerIsAProcessOfItsOwn()) {
            signals(API_SERVER, "true", signal);
        } else {
            cluster.signalFirstProcess(signal);
        }
    }

    private boolean apiServerIsAProcessOfItsOwn() throws IOException, InterruptedException {
        return !cluster.onNode("sh", "-c", FIND + "found " + API_SERVER + " true").isEmpty();
    }

    /** The API server gets a fifth of the time; returns when it goes on as before. */
    void slowsApiServer(Duration duration) throws IOException, InterruptedException {
        long times = duration.dividedBy(STANDING.plus(GOING));
        if (apiServerIsAProcessOfItsOwn()) {
            cluster.onNode("sh", "-c", FIND + """
                    number=$(found kube-apiserver true)
                    for time in $(seq "$1"); do kill -STOP $number; sleep 0.2; kill -CONT $number; sleep 0.05; done
                    """, "sh", String.valueOf(times));
            return;
        }
        for (long time = 0; time < times; time++) {
            cluster.signalFirstProcess("STOP");
            Thread.sleep(STANDING);
            cluster.signalFirstProcess("CONT");
            Thread.sleep(GOING);
        }
    }

    /** As when its power was off for a moment. */
    void restarts() {
        cluster.restartNode();
    }
}
