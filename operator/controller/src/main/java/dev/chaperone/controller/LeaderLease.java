package dev.chaperone.controller;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The lease that decides who leads, as the one that held it leaves it. */
record LeaderLease(KubernetesClient client, ControllerSettings settings) {
    private static final Logger LOG = LoggerFactory.getLogger(LeaderLease.class);

    /** Lets another replica lead at once; without that it waits until the lease is over. */
    void release() {
        try {
            Lease lease = client.leases().inNamespace(settings.namespace()).withName(Controller.LEASE).get();
            if (lease != null && settings.identity().equals(lease.getSpec().getHolderIdentity())) {
                lease.getSpec().setHolderIdentity("");
                client.resource(lease).update();
            }
        } catch (KubernetesClientException e) {
            LOG.atInfo().addKeyValue("error", e.toString()).log("The lease was not released, and ends by itself");
        }
    }
}
