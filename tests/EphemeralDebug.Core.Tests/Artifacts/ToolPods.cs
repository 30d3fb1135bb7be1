using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Tests.Artifacts;

/// <summary>Pods as the tools make them, cut down to what is theirs.</summary>
internal static class ToolPods
{
    internal const string Ours = """
        {"metadata":{"name":"web-0-debug-x5k2p","namespace":"shop","labels":{"app.kubernetes.io/managed-by":"EphemeralDebug"},"annotations":{"ephemeraldebug/source":"pod/shop/web-0","kubectl.kubernetes.io/default-container":"debugger-4xz"}},
         "spec":{"nodeName":"w1","activeDeadlineSeconds":3600,"restartPolicy":"Never","containers":[{"name":"app","image":"web:1"},{"name":"debugger-4xz","image":"busybox"}]}}
        """;

    internal const string OursOfNode = """
        {"metadata":{"name":"node-debugger-w1-x5k2p","namespace":"shop","labels":{"app.kubernetes.io/managed-by":"EphemeralDebug"},"annotations":{"ephemeraldebug/source":"node/w1"}},
         "spec":{"nodeName":"w1","containers":[{"name":"debugger","image":"busybox"}]}}
        """;

    internal const string OcNode = """
        {"metadata":{"name":"w1-debug-8xq2z","namespace":"openshift-debug-4xzqw","labels":{"debug.openshift.io/managed-by":"oc-debug"},"annotations":{"debug.openshift.io/source-container":"container-00","debug.openshift.io/source-resource":"/v1, Resource=nodes/w1"}},
         "spec":{"nodeName":"w1","hostPID":true,"hostNetwork":true,"restartPolicy":"Never","containers":[{"name":"container-00","image":"support-tools"}]}}
        """;

    /// <summary>As oc made it before it had the label.</summary>
    internal const string OcCopy = """
        {"metadata":{"name":"web-debug-8xq2z","namespace":"shop","annotations":{"debug.openshift.io/source-container":"app","debug.openshift.io/source-resource":"apps/v1, Resource=deployments/web"}},
         "spec":{"restartPolicy":"Never","containers":[{"name":"app","image":"web:1"}]}}
        """;

    internal const string K9s = """
        {"metadata":{"name":"k9s-shell-48213","namespace":"default"},
         "spec":{"nodeName":"w1","hostPID":true,"hostNetwork":true,"restartPolicy":"Never","tolerations":[{"operator":"Exists"}],"containers":[{"name":"k9s-shell","image":"busybox:1.37.0","stdin":true,"securityContext":{"privileged":true}}]}}
        """;

    internal const string NodeShell = """
        {"metadata":{"name":"nsenter-x9k2ab","namespace":"default","labels":{"run":"nsenter-x9k2ab"}},
         "spec":{"nodeName":"w1","hostPID":true,"hostNetwork":true,"restartPolicy":"Never","containers":[{"name":"nsenter","image":"docker.io/library/alpine","stdin":true,"stdinOnce":true}]}}
        """;

    internal const string Lens = """
        {"metadata":{"name":"node-shell-0b1f6a52-93c4-4d53-8f0e-2d8a4c1e7b90","namespace":"kube-system"},
         "spec":{"nodeName":"w1","hostPID":true,"hostIPC":true,"hostNetwork":true,"priorityClassName":"system-node-critical","restartPolicy":"Never","tolerations":[{"operator":"Exists"}],"containers":[{"name":"shell","image":"alpine"}]}}
        """;

    internal const string LensOnWindows = """
        {"metadata":{"name":"node-shell-0b1f6a52-93c4-4d53-8f0e-2d8a4c1e7b90","namespace":"kube-system"},
         "spec":{"nodeName":"w1","hostNetwork":true,"restartPolicy":"Never","containers":[{"name":"shell","image":"powershell","securityContext":{"windowsOptions":{"hostProcess":true}}}]}}
        """;

    internal const string Headlamp = """
        {"metadata":{"name":"node-shell-w1-mi3k2x1q-4fz","namespace":"kube-system"},
         "spec":{"nodeName":"w1","hostPID":true,"hostIPC":true,"hostNetwork":true,"restartPolicy":"Never","containers":[{"name":"shell","image":"docker.io/library/alpine:latest"}]}}
        """;

    internal const string Kdashboard = """
        {"metadata":{"name":"kdashboard-node-shell-a1b2c3","namespace":"kube-system","labels":{"app.kubernetes.io/managed-by":"kdashboard","kdashboard.io/node-shell":"true"}},
         "spec":{"nodeName":"w1","hostPID":true,"activeDeadlineSeconds":3600,"containers":[{"name":"shell","image":"busybox:1.36"}]}}
        """;

    internal const string Ksniff = """
        {"metadata":{"name":"ksniff-7fq2k","namespace":"shop","labels":{"app":"ksniff","app.kubernetes.io/name":"ksniff"}},
         "spec":{"nodeName":"w1","hostPID":true,"restartPolicy":"Never","containers":[{"name":"ksniff-privileged","image":"docker"}]}}
        """;

    internal const string Dumpy = """
        {"metadata":{"name":"sniffer-web-1","namespace":"shop","labels":{"app":"dumpy-kubectl-plugin","component":"dumpy-sniffer","dumpy-target-pod":"web-0","dumpy-target-namespace":"shop"}},
         "spec":{"nodeName":"w1","restartPolicy":"Never","containers":[{"name":"dumpy-container","image":"larrytheslap/dumpy"}]}}
        """;

    internal const string Kpexec = """
        {"metadata":{"name":"cnsenter-a1b2c3d4e5","namespace":"shop","labels":{"kpexec.ssup2":"cnsenter"}},
         "spec":{"nodeName":"w1","containers":[{"name":"cnsenter","image":"ssup2/cnsenter"}]}}
        """;

    internal const string DebugAgent = """
        {"metadata":{"name":"debug-agent-pod-da46a000-8429-11e9-a40c-8c8590147766","namespace":"default"},
         "spec":{"nodeName":"w1","hostPID":true,"containers":[{"name":"debug-agent","image":"aylei/debug-agent"}]}}
        """;

    internal static JsonObject Read(string json) => JsonNode.Parse(json)!.AsObject();

    /// <summary>The pod with another member: a path of names, then JSON (null takes it away).</summary>
    internal static JsonObject With(this JsonObject pod, string path, string? json)
    {
        string[] names = path.Split('|');
        JsonObject parent = pod;
        foreach (string name in names[..^1]) parent = (JsonObject)(parent[name] ??= new JsonObject());
        parent[names[^1]] = json is null ? null : JsonNode.Parse(json);
        return pod;
    }
}
