using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Controllers;
using EphemeralDebug.Sandbox.Kubelet;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Worlds;

/// <summary>The world of the tour and of many tests: healthy applications, and each of the ways in which pods commonly fail.</summary>
internal static class SampleWorld
{
    private const string ControlPlane = "sandbox-control-plane";
    private const string Worker = "sandbox-worker";
    private static readonly TimeSpan s_old = TimeSpan.FromDays(3);
    private static readonly TimeSpan s_new = TimeSpan.FromMinutes(5);

    /// <summary>Adds the world to a store; what is there already stays.</summary>
    internal static void Populate(ObjectStore store)
    {
        AddNamespaces(store);
        store.Create(ResourceType.Nodes, SampleNode.Linux(ControlPlane, "172.18.0.2", controlPlane: true));
        store.Create(ResourceType.Nodes, SampleNode.Linux(Worker, "172.18.0.3"));
        AddSystem(store);
        AddSampleApp(store);
        AddDistrolessApp(store);
        AddTroubledPods(store);
        AddStatefulSet(store);
        AddDaemonSet(store);
        AddJobs(store);
        AddRestrictedPods(store);
    }

    private static void AddNamespaces(ObjectStore store)
    {
        foreach (string name in (string[])["default", "kube-system"]) AddNamespace(name);
        foreach (string level in (string[])["baseline", "restricted"])
        {
            AddNamespace(level, ("pod-security.kubernetes.io/enforce", level), ("pod-security.kubernetes.io/enforce-version", "latest"));
        }

        void AddNamespace(string name, params ReadOnlySpan<(string Key, string Value)> labels) => store.Create(ResourceType.Namespaces, new JsonObject
        {
            ["kind"] = "Namespace",
            ["apiVersion"] = "v1",
            ["metadata"] = Manifest.Metadata(name, null, s_old, [("kubernetes.io/metadata.name", name), .. labels]),
            ["spec"] = new JsonObject { ["finalizers"] = new JsonArray("kubernetes") },
            ["status"] = new JsonObject { ["phase"] = "Active" },
        });
    }

    private static void AddSystem(ObjectStore store)
    {
        JsonObject metadata = Manifest.Metadata("kube-apiserver-" + ControlPlane, "kube-system", s_old, ("component", "kube-apiserver"), ("tier", "control-plane"));
        // What makes a pod a mirror of a file on the node, which the API cannot change.
        metadata["annotations"] = new JsonObject
        {
            ["kubernetes.io/config.hash"] = "5f6f1b4a4c0f4f0d8f8a5a3c2b1d0e9f",
            ["kubernetes.io/config.mirror"] = "5f6f1b4a4c0f4f0d8f8a5a3c2b1d0e9f",
            ["kubernetes.io/config.seen"] = ContainerState.Timestamp(DateTimeOffset.UtcNow - s_old),
            ["kubernetes.io/config.source"] = "file",
        };
        JsonObject spec = Manifest.PodSpec("""{"containers":[{"name":"kube-apiserver","image":"registry.k8s.io/kube-apiserver:v1.36.2"}],"hostNetwork":true,"priority":2000001000,"priorityClassName":"system-node-critical"}""");
        spec["nodeName"] = ControlPlane;
        store.Create(ResourceType.Pods, Manifest.Pod(metadata, spec, store.Get(ResourceType.Nodes, null, ControlPlane)));
        AddWorkload(store, ResourceType.DaemonSets, "kube-proxy", "kube-system", """{"containers":[{"name":"kube-proxy","image":"registry.k8s.io/kube-proxy:v1.36.2"}],"hostNetwork":true,"nodeSelector":{"kubernetes.io/os":"linux"},"tolerations":[{"operator":"Exists"}]}""",
            owner: null, ("kube-proxy-8xv2p", ControlPlane), ("kube-proxy-k4n7w", Worker));
    }

    private static void AddSampleApp(ObjectStore store)
    {
        const string Spec = """
            {"containers":[{"name":"app","image":"sample-app:1.0","ports":[{"name":"http","containerPort":80,"protocol":"TCP"}],
              "env":[{"name":"APP_ENV","value":"production"},{"name":"LOG_INTERVAL","value":"5"}],
              "resources":{"requests":{"cpu":"10m","memory":"16Mi"},"limits":{"memory":"64Mi"}}}]}
            """;
        AddDeployment(store, "sample-app", "6f9d8c7b5d", Spec, "2xk7p", "9wq4m", "tz6hv");
        store.Create(ResourceType.Services, new JsonObject
        {
            ["kind"] = "Service",
            ["apiVersion"] = "v1",
            ["metadata"] = Manifest.Metadata("sample-app", "default", s_old, ("app", "sample-app")),
            ["spec"] = new JsonObject
            {
                ["type"] = "ClusterIP",
                ["clusterIP"] = "10.96.12.34",
                ["selector"] = new JsonObject { ["app"] = "sample-app" },
                ["ports"] = new JsonArray(new JsonObject { ["name"] = "http", ["port"] = 80, ["targetPort"] = 80, ["protocol"] = "TCP" }),
            },
            ["status"] = new JsonObject { ["loadBalancer"] = new JsonObject() },
        });
    }

    private static void AddDistrolessApp(ObjectStore store) => AddDeployment(store, "distroless-app", "7c5ddbdf54",
        """{"containers":[{"name":"app","image":"sample-app-distroless:1.0"}],"securityContext":{"runAsNonRoot":true}}""", "m8r2j");

    private static void AddTroubledPods(ObjectStore store)
    {
        JsonObject shared = Manifest.Metadata("shared-processes", "default", s_new, ("app", "shared-processes"));
        shared["annotations"] = new JsonObject { ["kubectl.kubernetes.io/default-container"] = "web" };
        store.Create(ResourceType.Pods, Manifest.Pod(shared, Manifest.PodSpec("""
            {"shareProcessNamespace":true,"containers":[
              {"name":"web","image":"nginx:alpine"},
              {"name":"logger","image":"busybox:1.37","command":["sh","-c","i=0; while :; do echo tick $i; i=$((i+1)); sleep 5; done"]}]}
            """)));
        AddPod("crash-loop", """{"containers":[{"name":"app","image":"busybox:1.37","command":["sh","-c","echo 'fatal: cannot open /etc/app.conf' >&2; exit 1"]}]}""");
        AddPod("stuck-init", """
            {"initContainers":[{"name":"wait-for-db","image":"busybox:1.37","command":["sh","-c","until nslookup db; do echo waiting for db; sleep 5; done"]}],
             "containers":[{"name":"app","image":"sample-app:1.0"}]}
            """);
        AddPod("bad-image", """{"containers":[{"name":"app","image":"nosuchrepo/nosuchimage:1.0"}]}""");
        AddPod("unschedulable", """{"containers":[{"name":"app","image":"sample-app:1.0"}],"nodeSelector":{"disktype":"nvme"}}""");

        void AddPod(string name, string spec) =>
            store.Create(ResourceType.Pods, Manifest.Pod(Manifest.Metadata(name, "default", s_new, ("app", name)), Manifest.PodSpec(spec)));
    }

    private static void AddStatefulSet(ObjectStore store) => AddWorkload(store, ResourceType.StatefulSets, "database", "default",
        """{"containers":[{"name":"redis","image":"bitnami/redis:7.4","ports":[{"name":"redis","containerPort":6379,"protocol":"TCP"}]}]}""",
        owner: null, ("database-0", null), ("database-1", null));

    private static void AddDaemonSet(ObjectStore store) => AddWorkload(store, ResourceType.DaemonSets, "node-exporter", "default",
        """{"containers":[{"name":"exporter","image":"sample-app:1.0"}],"nodeSelector":{"kubernetes.io/os":"linux"},"tolerations":[{"operator":"Exists"}]}""",
        owner: null, ("node-exporter-4pz9d", ControlPlane), ("node-exporter-x7c2m", Worker));

    private static void AddJobs(ObjectStore store)
    {
        const string Spec = """{"containers":[{"name":"main","image":"busybox:1.37","command":["sh","-c","echo working; echo done"]}],"restartPolicy":"Never"}""";
        AddWorkload(store, ResourceType.Jobs, "migrate", "default", Spec, owner: null, ("migrate-q5v8t", null));
        JsonObject cron = new()
        {
            ["kind"] = "CronJob",
            ["apiVersion"] = "batch/v1",
            ["metadata"] = Manifest.Metadata("report", "default", s_old, ("app", "report")),
            ["spec"] = new JsonObject
            {
                ["schedule"] = "0 * * * *",
                ["concurrencyPolicy"] = "Allow",
                ["suspend"] = false,
                ["jobTemplate"] = new JsonObject { ["spec"] = new JsonObject { ["template"] = new JsonObject { ["spec"] = Manifest.PodSpec(Spec) } } },
            },
            ["status"] = new JsonObject { ["lastScheduleTime"] = ContainerState.Timestamp(DateTimeOffset.UtcNow - s_new) },
        };
        AddWorkload(store, ResourceType.Jobs, "report-29412300", "default", Spec, store.Create(ResourceType.CronJobs, cron), ("report-29412300-h2n6c", null));
    }

    private static void AddRestrictedPods(ObjectStore store)
    {
        store.Create(ResourceType.Pods, Manifest.Pod(Manifest.Metadata("locked-down", "restricted", s_new, ("app", "locked-down")), Manifest.PodSpec("""
            {"containers":[{"name":"app","image":"sample-app:1.0","securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]}}}],
             "securityContext":{"runAsNonRoot":true,"runAsUser":1000,"runAsGroup":3000,"seccompProfile":{"type":"RuntimeDefault"}}}
            """)));
        store.Create(ResourceType.Pods, Manifest.Pod(Manifest.Metadata("modest", "baseline", s_new, ("app", "modest")), Manifest.PodSpec(
            """{"containers":[{"name":"app","image":"nginx:alpine"}]}""")));
    }

    private static void AddDeployment(ObjectStore store, string name, string hash, string spec, params ReadOnlySpan<string> suffixes)
    {
        JsonObject deployment = Workload(ResourceType.Deployments, name, "default", [("app", name)], [("app", name)], spec, suffixes.Length);
        deployment = store.Create(ResourceType.Deployments, deployment)!;
        JsonObject set = Workload(ResourceType.ReplicaSets, $"{name}-{hash}", "default", [("app", name), ("pod-template-hash", hash)], [("app", name), ("pod-template-hash", hash)], spec, suffixes.Length);
        set["metadata"]!["ownerReferences"] = new JsonArray(Manifest.Owner(deployment));
        set = store.Create(ResourceType.ReplicaSets, set)!;
        foreach (string suffix in suffixes)
        {
            store.Create(ResourceType.Pods, Manifest.Pod(
                Manifest.Metadata($"{name}-{hash}-{suffix}", "default", s_new, ("app", name), ("pod-template-hash", hash)), Manifest.PodSpec(spec), set));
        }
    }

    private static void AddWorkload(
        ObjectStore store, ResourceType type, string name, string ns, string spec, JsonObject? owner, params ReadOnlySpan<(string Name, string? Node)> pods)
    {
        JsonObject workload = Workload(type, name, ns, [("app", name)], [("app", name)], spec, pods.Length);
        if (owner is not null) workload["metadata"]!["ownerReferences"] = new JsonArray(Manifest.Owner(owner));
        workload = store.Create(type, workload)!;
        foreach ((string pod, string? node) in pods)
        {
            JsonObject podSpec = Manifest.PodSpec(spec);
            if (node is not null) podSpec["nodeName"] = node;
            JsonObject metadata = type == ResourceType.Jobs
                ? Manifest.Metadata(pod, ns, s_new, ("app", name), ("job-name", name), ("batch.kubernetes.io/job-name", name)) : Manifest.Metadata(pod, ns, s_new, ("app", name));
            store.Create(ResourceType.Pods, Manifest.Pod(metadata, podSpec, workload));
        }
    }

    private static JsonObject Workload(
        ResourceType type, string name, string ns, ReadOnlySpan<(string Key, string Value)> labels, ReadOnlySpan<(string Key, string Value)> selected, string podSpec, int replicas)
    {
        JsonObject chosen = [];
        foreach ((string key, string value) in selected) chosen[key] = value;
        JsonObject spec = new()
        {
            ["selector"] = new JsonObject { ["matchLabels"] = chosen },
            ["template"] = new JsonObject { ["metadata"] = new JsonObject { ["labels"] = chosen.DeepClone() }, ["spec"] = Manifest.PodSpec(podSpec) },
        };
        JsonObject status = [];
        if (type == ResourceType.Jobs)
        {
            spec["completions"] = 1;
            spec["parallelism"] = 1;
            spec["backoffLimit"] = 6;
            status["succeeded"] = 1;
            status["conditions"] = new JsonArray(new JsonObject { ["type"] = "Complete", ["status"] = "True" });
        }
        else if (type != ResourceType.DaemonSets)
        {
            spec["replicas"] = replicas;
            status["replicas"] = replicas;
        }
        JsonObject workload = new()
        {
            ["kind"] = type.Kind,
            ["apiVersion"] = type.ApiVersion,
            ["metadata"] = Manifest.Metadata(name, ns, s_old, labels),
            ["spec"] = spec,
            ["status"] = status,
        };
        WorkloadDefaults.Apply(type, workload);
        return workload;
    }
}
