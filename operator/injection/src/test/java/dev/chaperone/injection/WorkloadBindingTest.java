package dev.chaperone.injection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.chaperone.api.Workload;
import dev.chaperone.injection.Binding.Bound;
import dev.chaperone.injection.Binding.Refused;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WorkloadBindingTest {
    private static final String KUBE_SYSTEM = "system:serviceaccount:kube-system:";
    private static final String REPLICA_SETS = KUBE_SYSTEM + "replicaset-controller";
    private static final String JOBS = KUBE_SYSTEM + "job-controller";
    private static final Workload CODER = new Workload("apps/v1", "Deployment", "coder", "d-1");
    private static final Workload CODER_5D = new Workload("apps/v1", "ReplicaSet", "coder-5d", "rs-1");
    private static final Workload NIGHTLY = new Workload("batch/v1", "CronJob", "nightly", "cj-1");
    private static final Workload NIGHTLY_1 = new Workload("batch/v1", "Job", "nightly-1", "j-1");

    private static final String DEPLOYMENT = """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: coder, uid: d-1}
            spec:
              template:
                metadata: {creationTimestamp: null, labels: {app: coder}}
                spec: {containers: [{name: agent, image: 'coder:1'}]}
            """;
    private static final String REPLICA_SET = """
            apiVersion: apps/v1
            kind: ReplicaSet
            metadata:
              name: coder-5d
              uid: rs-1
              ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: coder, uid: d-1, controller: true}]
            spec:
              template:
                metadata: {labels: {app: coder, pod-template-hash: 5d}}
                spec: {containers: [{image: 'coder:1', name: agent}]}
            """;
    private static final String CRON_JOB = """
            apiVersion: batch/v1
            kind: CronJob
            metadata: {name: nightly, uid: cj-1}
            spec:
              jobTemplate:
                spec:
                  template:
                    metadata: {creationTimestamp: null}
                    spec: {containers: [{name: agent, image: 'coder:1'}], restartPolicy: Never}
            """;
    private static final String JOB = """
            apiVersion: batch/v1
            kind: Job
            metadata:
              name: nightly-1
              uid: j-1
              ownerReferences: [{apiVersion: batch/v1, kind: CronJob, name: nightly, uid: cj-1, controller: true}]
            spec:
              template:
                metadata:
                  labels:
                    batch.kubernetes.io/controller-uid: j-1
                    batch.kubernetes.io/job-name: nightly-1
                    controller-uid: j-1
                    job-name: nightly-1
                spec: {containers: [{name: agent, image: 'coder:1'}], restartPolicy: Never}
            """;

    private final TestingOwners owners = new TestingOwners();

    @Test
    void theFirstPodOfARolloutIsTheDeploymentsAlsoWhenItsEditIsNotKnownYet() {
        // Given
        TestingOwners known = new TestingOwners().add(DEPLOYMENT.replace("coder:1", "coder:0")).add(REPLICA_SET);
        TestingOwners live = new TestingOwners().add(DEPLOYMENT).add(REPLICA_SET);
        Owners remembering = new Owners() {
            @Override
            public Owner find(String namespace, String apiVersion, String kind, String name, String uid) {
                return known.find(namespace, apiVersion, kind, name, uid);
            }

            @Override
            public Owner findAnew(String namespace, String apiVersion, String kind, String name, String uid) {
                return live.find(namespace, apiVersion, kind, name, uid);
            }
        };

        // When
        Binding bound = new WorkloadBinding(remembering, List.of()).bind(
                TestingOwners.yaml(ownedBy("apps/v1", "ReplicaSet", "coder-5d", "rs-1")), "dev", REPLICA_SETS);

        // Then
        assertThat(bound).isEqualTo(new Bound(CODER));
    }

    @Test
    void aPodOfNobodyIsItsOwnWorkload() {
        assertThat(bind("metadata: {name: x}", "jane")).isEqualTo(new Bound(Workload.POD));
    }

    @Test
    void anOwnerThatDoesNotControlIsNone() {
        assertThat(bind("""
                metadata:
                  ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: coder-5d, uid: rs-1}]
                """, "jane")).isEqualTo(new Bound(Workload.POD));
    }

    @ParameterizedTest
    @ValueSource(strings = {REPLICA_SETS, "system:kube-controller-manager"})
    void aPodOfADeploymentsReplicaSetBelongsToTheDeployment(String controller) {
        // Given
        owners.add(DEPLOYMENT).add(REPLICA_SET);

        // When
        Binding binding = bind(ownedBy("apps/v1", "ReplicaSet", "coder-5d", "rs-1"), controller);

        // Then
        assertThat(binding).isEqualTo(new Bound(CODER));
    }

    @ParameterizedTest
    @CsvSource({
            "apps/v1, StatefulSet, statefulset-controller", "apps/v1, DaemonSet, daemon-set-controller",
            "apps/v1, ReplicaSet, replicaset-controller", "batch/v1, Job, job-controller",
            "v1, ReplicationController, replication-controller"})
    void aPodOfAControllerThatNothingControlsBelongsToIt(String apiVersion, String kind, String account) {
        // Given
        owners.add("{apiVersion: %s, kind: %s, metadata: {name: coder, uid: u-1}}".formatted(apiVersion, kind));

        // When
        Binding binding = bind(ownedBy(apiVersion, kind, "coder", "u-1"), KUBE_SYSTEM + account);

        // Then
        assertThat(binding).isEqualTo(new Bound(new Workload(apiVersion, kind, "coder", "u-1")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"jane", "system:serviceaccount:dev:coder",
            "system:serviceaccount:dev:replicaset-controller",
            KUBE_SYSTEM + "deployment-controller", KUBE_SYSTEM + "job-controller", "system:admin", ""})
    void whoIsNotTheControllerCannotClaimItsOwners(String requester) {
        // Given
        owners.add(DEPLOYMENT).add(REPLICA_SET);

        // When
        Binding binding = bind(ownedBy("apps/v1", "ReplicaSet", "coder-5d", "rs-1"), requester);

        // Then
        assertThat(binding).isEqualTo(new Refused("the pod says that ReplicaSet coder-5d controls it, but " + requester
                + " is not the controller of ReplicaSets; create the pod without ownerReferences, or let its"
                + " controller create it"));
    }

    @Test
    void anotherVersionOfTheGroupIsNoWayAround() {
        owners.add(DEPLOYMENT).add(REPLICA_SET);

        assertThat(bind(ownedBy("apps/v1beta2", "ReplicaSet", "coder-5d", "rs-1"), "jane"))
                .isInstanceOf(Refused.class);
    }

    @Test
    void anOwnerThatIsNotThereIsRefused() {
        Binding binding = bind(ownedBy("apps/v1", "ReplicaSet", "coder-5d", "rs-1"), REPLICA_SETS);

        assertThat(binding).isInstanceOfSatisfying(
                Refused.class, refused -> assertThat(refused.message())
                        .contains("there is no such ReplicaSet in namespace dev"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rs-0", ""})
    void anOwnerOfAnotherUidIsRefused(String uid) {
        owners.add(DEPLOYMENT).add(REPLICA_SET);

        assertThat(bind(ownedBy("apps/v1", "ReplicaSet", "coder-5d", uid), REPLICA_SETS)).isInstanceOfSatisfying(
                Refused.class, refused -> assertThat(refused.message()).contains("another UID"));
    }

    @Test
    void twoControllersAreRefused() {
        assertThat(bind("""
                metadata:
                  ownerReferences:
                  - {apiVersion: apps/v1, kind: ReplicaSet, name: coder-5d, uid: rs-1, controller: true}
                  - {apiVersion: apps/v1, kind: ReplicaSet, name: payer-7a, uid: rs-2, controller: true}
                """, REPLICA_SETS)).isInstanceOf(Refused.class);
    }

    @Test
    void aReplicaSetOfAnOlderTemplateIsAWorkloadOfItsOwn() {
        owners.add(DEPLOYMENT.replace("coder:1", "coder:2")).add(REPLICA_SET);

        assertThat(bind(ownedBy("apps/v1", "ReplicaSet", "coder-5d", "rs-1"), REPLICA_SETS))
                .isEqualTo(new Bound(CODER_5D));
    }

    @ParameterizedTest
    @ValueSource(strings = {"image: 'evil:1'", "image: 'coder:1', command: [sh]", "image: 'coder:1', env: []"})
    void aReplicaSetThatOnlyClaimsADeploymentIsAWorkloadOfItsOwn(String forged) {
        owners.add(DEPLOYMENT).add(REPLICA_SET.replace("image: 'coder:1'", forged));

        assertThat(bind(ownedBy("apps/v1", "ReplicaSet", "coder-5d", "rs-1"), REPLICA_SETS))
                .isEqualTo(new Bound(CODER_5D));
    }

    @Test
    void aReplicaSetWithLabelsThatTheDeploymentDoesNotHaveIsAWorkloadOfItsOwn() {
        owners.add(DEPLOYMENT).add(REPLICA_SET.replace("app: coder,", "app: coder, tier: trusted,"));

        assertThat(bind(ownedBy("apps/v1", "ReplicaSet", "coder-5d", "rs-1"), REPLICA_SETS))
                .isEqualTo(new Bound(CODER_5D));
    }

    @ParameterizedTest
    @ValueSource(strings = {"d-0", ""})
    void aReplicaSetOfADeploymentOfAnotherUidIsAWorkloadOfItsOwn(String uid) {
        owners.add(DEPLOYMENT).add(REPLICA_SET.replace("uid: d-1", "uid: '" + uid + "'"));

        assertThat(bind(ownedBy("apps/v1", "ReplicaSet", "coder-5d", "rs-1"), REPLICA_SETS))
                .isEqualTo(new Bound(CODER_5D));
    }

    @Test
    void aReplicaSetOfADeploymentThatIsGoneIsAWorkloadOfItsOwn() {
        owners.add(REPLICA_SET);

        assertThat(bind(ownedBy("apps/v1", "ReplicaSet", "coder-5d", "rs-1"), REPLICA_SETS))
                .isEqualTo(new Bound(CODER_5D));
    }

    @Test
    void aReplicaSetOfAnotherKindIsAWorkloadOfItsOwn() {
        owners.add(DEPLOYMENT)
                .add(REPLICA_SET.replace("apps/v1, kind: Deployment", "argoproj.io/v1, kind: Deployment"));

        assertThat(bind(ownedBy("apps/v1", "ReplicaSet", "coder-5d", "rs-1"), REPLICA_SETS))
                .isEqualTo(new Bound(CODER_5D));
    }

    @Test
    void aPodOfACronJobsJobBelongsToTheCronJob() {
        owners.add(CRON_JOB).add(JOB);

        assertThat(bind(ownedBy("batch/v1", "Job", "nightly-1", "j-1"), JOBS)).isEqualTo(new Bound(NIGHTLY));
    }

    @Test
    void aJobThatOnlyClaimsACronJobIsAWorkloadOfItsOwn() {
        owners.add(CRON_JOB).add(JOB.replace("coder:1", "evil:1"));

        assertThat(bind(ownedBy("batch/v1", "Job", "nightly-1", "j-1"), JOBS)).isEqualTo(new Bound(NIGHTLY_1));
    }

    @Test
    void aJobWithLabelsThatTheCronJobDoesNotHaveIsAWorkloadOfItsOwn() {
        owners.add(CRON_JOB).add(JOB.replace("controller-uid: j-1\n", "controller-uid: j-1\n        app: coder\n"));

        assertThat(bind(ownedBy("batch/v1", "Job", "nightly-1", "j-1"), JOBS)).isEqualTo(new Bound(NIGHTLY_1));
    }

    @Test
    void anOwnerOfAKindThatNobodyIsTrustedAboutCountsForNothing() {
        assertThat(bind(ownedBy("argoproj.io/v1alpha1", "Workflow", "build", "w-1"), "jane"))
                .isEqualTo(new Bound(Workload.POD));
    }

    @Test
    void aTrustedControllersPodBelongsToItsOwner() {
        assertThat(bind(ownedBy("argoproj.io/v1alpha1", "Workflow", "build", "w-1"), "argo"))
                .isEqualTo(new Bound(new Workload("argoproj.io/v1alpha1", "Workflow", "build", "w-1")));
    }

    @ParameterizedTest
    @CsvSource({"argoproj.io/v1alpha1,CronWorkflow,build,w-1", "evil.io/v1,Workflow,build,w-1",
            "argoproj.io/v1alpha1,Workflow,build,''", "argoproj.io/v1alpha1,Workflow,'',w-1"})
    void aTrustedControllerIsTrustedAboutNothingElse(String apiVersion, String kind, String name, String uid) {
        assertThat(bind(ownedBy(apiVersion, kind, name, uid), "argo")).isEqualTo(new Bound(Workload.POD));
    }

    private Binding bind(String pod, String requester) {
        var trusted = List.of(new TrustedController("argoproj.io", "Workflow", "argo"));
        return new WorkloadBinding(owners, trusted).bind(TestingOwners.yaml(pod), "dev", requester);
    }

    private static String ownedBy(String apiVersion, String kind, String name, String uid) {
        return "metadata: {ownerReferences: [{apiVersion: %s, kind: %s, name: '%s', uid: '%s', controller: true}]}"
                .formatted(apiVersion, kind, name, uid);
    }
}
