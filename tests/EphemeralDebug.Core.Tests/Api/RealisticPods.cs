using System.Text;

namespace EphemeralDebug.Core.Tests.Api;

/// <summary>
/// Pods as busy clusters have them: some 8 KB each, of workloads with twenty replicas, with managed fields, environment,
/// probes, volumes and conditions. The same number gives the same pod.
/// </summary>
internal static class RealisticPods
{
    private const string Digest = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private const string ManagedContainer = """
        "k:{\"name\":\"@container\"}":{".":{},"f:env":{".":{},"k:{\"name\":\"LOG_LEVEL\"}":{".":{},"f:name":{},"f:value":{}},"k:{\"name\":\"DATABASE_URL\"}":{".":{},"f:name":{},"f:valueFrom":{".":{},"f:secretKeyRef":{}}}},"f:image":{},"f:imagePullPolicy":{},"f:livenessProbe":{".":{},"f:failureThreshold":{},"f:httpGet":{".":{},"f:path":{},"f:port":{},"f:scheme":{}}},"f:name":{},"f:resources":{".":{},"f:limits":{".":{},"f:cpu":{},"f:memory":{}}},"f:terminationMessagePath":{},"f:volumeMounts":{".":{},"k:{\"mountPath\":\"/etc/config\"}":{".":{},"f:mountPath":{},"f:name":{}}}}
        """;

    private const string Container = """
        {"name":"@container","image":"@image","args":["--listen=:8080","--config=/etc/config/config.yaml","--log-format=json"],"ports":[{"name":"http","containerPort":8080,"protocol":"TCP"}],"env":[{"name":"LOG_LEVEL","value":"info"},{"name":"POD_NAME","valueFrom":{"fieldRef":{"apiVersion":"v1","fieldPath":"metadata.name"}}},{"name":"DATABASE_URL","valueFrom":{"secretKeyRef":{"name":"@app-db","key":"url"}}},{"name":"FEATURES","value":"search,export,\"beta\"=off"}],"resources":{"limits":{"cpu":"500m","memory":"512Mi"},"requests":{"cpu":"100m","memory":"256Mi"}},"volumeMounts":[{"name":"config","readOnly":true,"mountPath":"/etc/config"},{"name":"kube-api-access-@hex","readOnly":true,"mountPath":"/var/run/secrets/kubernetes.io/serviceaccount"}],"livenessProbe":{"httpGet":{"path":"/healthz","port":"http","scheme":"HTTP"},"timeoutSeconds":1,"periodSeconds":10,"successThreshold":1,"failureThreshold":3},"readinessProbe":{"httpGet":{"path":"/ready","port":"http","scheme":"HTTP"},"timeoutSeconds":1,"periodSeconds":5,"successThreshold":1,"failureThreshold":3},"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File","imagePullPolicy":"IfNotPresent","securityContext":{"capabilities":{"drop":["ALL"]},"runAsNonRoot":true,"allowPrivilegeEscalation":false}}
        """;

    private const string Running = """
        {"name":"@container","state":{"running":{"startedAt":"2026-01-02T03:04:10Z"}},"lastState":{},"ready":true,"restartCount":0,"image":"@image","imageID":"registry.example.com/x@sha256:@digest","containerID":"containerd://@digest","started":true,"volumeMounts":[{"name":"config","mountPath":"/etc/config","readOnly":true,"recursiveReadOnly":"Disabled"}]}
        """;

    private const string Crashing = """
        {"name":"@container","state":{"waiting":{"reason":"CrashLoopBackOff","message":"back-off 5m0s restarting failed container=@container pod=@name"}},"lastState":{"terminated":{"exitCode":1,"reason":"Error","startedAt":"2026-01-02T04:00:00Z","finishedAt":"2026-01-02T04:00:05Z","containerID":"containerd://@digest"}},"ready":false,"restartCount":17,"image":"@image","imageID":"registry.example.com/x@sha256:@digest","started":false}
        """;

    private const string Condition = """
        {"type":"@type","status":"@holds","observedGeneration":1,"lastProbeTime":null,"lastTransitionTime":"2026-01-02T03:04:15Z"}
        """;

    private const string Template = """
        {"metadata":{"name":"@name","generateName":"@app-@hash-","namespace":"@ns","uid":"@uid","resourceVersion":"@version","generation":1,"creationTimestamp":"2026-01-02T03:04:05Z","labels":{"app.kubernetes.io/name":"@app","app.kubernetes.io/part-of":"shop","app.kubernetes.io/managed-by":"Helm","pod-template-hash":"@hash","team":"@ns"},"annotations":{"kubectl.kubernetes.io/default-container":"@app","prometheus.io/scrape":"true","checksum/config":"@digest"},"ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"@app-@hash","uid":"@owner","controller":true,"blockOwnerDeletion":true}],
        "managedFields":[{"manager":"kube-controller-manager","operation":"Update","apiVersion":"v1","time":"2026-01-02T03:04:05Z","fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:annotations":{".":{},"f:checksum/config":{}},"f:generateName":{},"f:labels":{".":{},"f:app.kubernetes.io/name":{},"f:pod-template-hash":{}},"f:ownerReferences":{}},"f:spec":{"f:containers":{@managed},"f:dnsPolicy":{},"f:restartPolicy":{},"f:schedulerName":{},"f:volumes":{}}}},{"manager":"kubelet","operation":"Update","apiVersion":"v1","time":"2026-01-02T03:04:05Z","fieldsType":"FieldsV1","fieldsV1":{"f:status":{"f:conditions":{"k:{\"type\":\"ContainersReady\"}":{".":{},"f:lastProbeTime":{},"f:status":{},"f:type":{}},"k:{\"type\":\"Ready\"}":{".":{},"f:lastProbeTime":{},"f:status":{},"f:type":{}}},"f:containerStatuses":{},"f:hostIP":{},"f:phase":{},"f:podIP":{},"f:startTime":{}}},"subresource":"status"}]},
        "spec":{"volumes":[{"name":"config","configMap":{"name":"@app","defaultMode":420}},{"name":"kube-api-access-@hex","projected":{"sources":[{"serviceAccountToken":{"expirationSeconds":3607,"path":"token"}},{"configMap":{"name":"kube-root-ca.crt","items":[{"key":"ca.crt","path":"ca.crt"}]}},{"downwardAPI":{"items":[{"path":"namespace","fieldRef":{"apiVersion":"v1","fieldPath":"metadata.namespace"}}]}}],"defaultMode":420}}],"containers":[@containers],"restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst","serviceAccountName":"@app","serviceAccount":"@app","nodeName":"node-@node.example.com","securityContext":{"runAsUser":10001,"fsGroup":10001,"seccompProfile":{"type":"RuntimeDefault"}},"affinity":{"podAntiAffinity":{"preferredDuringSchedulingIgnoredDuringExecution":[{"weight":100,"podAffinityTerm":{"labelSelector":{"matchLabels":{"app.kubernetes.io/name":"@app"}},"topologyKey":"kubernetes.io/hostname"}}]}},"schedulerName":"default-scheduler","tolerations":[{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","tolerationSeconds":300},{"key":"node.kubernetes.io/unreachable","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}],"priority":0,"enableServiceLinks":true,"preemptionPolicy":"PreemptLowerPriority"},
        "status":{"observedGeneration":1,"phase":"Running","conditions":[@conditions],"hostIP":"10.0.1.1","hostIPs":[{"ip":"10.0.1.1"}],"podIP":"@ip","podIPs":[{"ip":"@ip"}],"startTime":"2026-01-02T03:04:05Z","containerStatuses":[@statuses],"qosClass":"Burstable"}}
        """;

    /// <summary>A list of the pods from one number on.</summary>
    public static byte[] List(int count, int first = 0, string? next = null)
    {
        var text = new StringBuilder(count * 8400);
        text.Append("""{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"1048576" """);
        if (next is not null) text.Append($",\"continue\":\"{next}\",\"remainingItemCount\":1");
        text.Append("},\"items\":[");
        for (var i = 0; i < count; i++) text.Append(i == 0 ? "" : ",").Append(Pod(first + i));
        return Encoding.UTF8.GetBytes(text.Append("]}\n").ToString());
    }

    /// <summary>One pod.</summary>
    public static string Pod(int number)
    {
        var workload = number / 20;
        var app = $"service-{workload:D4}";
        var isBroken = number % 50 == 7;
        var image = $"registry.example.com/team/{app}:1.{workload % 40}.{workload % 7}";
        const string Proxy = "registry.example.com/mesh/proxy:2.14.1";

        string Of(string template, string container, string its) => template.Replace("@container", container).Replace("@image", its);
        string[] conditions = ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"];
        return new StringBuilder(Template)
            .Replace("@managed", ManagedContainer.Replace("@container", app) + "," + ManagedContainer.Replace("@container", "mesh-proxy"))
            .Replace("@containers", Of(Container, app, image) + "," + Of(Container, "mesh-proxy", Proxy))
            .Replace("@conditions", string.Join(',', conditions.Select(type => Condition.Replace("@type", type).Replace("@holds", isBroken && type.EndsWith("Ready", StringComparison.Ordinal) ? "False" : "True"))))
            .Replace("@statuses", Of(isBroken ? Crashing : Running, app, image) + "," + Of(Running, "mesh-proxy", Proxy))
            .Replace("@name", $"@app-@hash-{number:x5}")
            .Replace("@app", app)
            .Replace("@hash", $"{workload * 2654435761L % 0xFFFFFFF:x7}")
            .Replace("@ns", $"team-{workload / 25:D3}")
            .Replace("@uid", $"{number:x8}-1111-4222-8333-{workload:x12}")
            .Replace("@owner", $"{workload:x8}-aaaa-4bbb-8ccc-000000000000")
            .Replace("@version", $"{900000 + number}")
            .Replace("@hex", $"{number:x5}")
            .Replace("@node", $"{number % 200:D3}")
            .Replace("@ip", $"10.{64 + (number / 60000)}.{number / 250 % 256}.{number % 250}")
            .Replace("@digest", Digest)
            .ToString();
    }
}
