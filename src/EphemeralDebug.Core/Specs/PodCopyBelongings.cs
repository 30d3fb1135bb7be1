using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Specs;

/// <summary>What a copy may not take from its source because the source needs it or the copy's place does not have it, and what the copy gets instead.</summary>
internal static class PodCopyBelongings
{
    internal static void Adapt(JsonObject pod, CopySource source, PodCopyOptions options, List<string> leftOut)
    {
        JsonObject metadata = pod.Object("metadata")!, spec = pod.Object("spec")!;
        DropStaticAnnotations(metadata, leftOut);
        ClearHostPorts(spec, leftOut);
        if (LeavesNamespace(source, options))
            LeaveServiceAccount(spec, options.ToNamespace!, leftOut);
        foreach (string secret in options.ImagePullSecret.Except(PodView.Names(spec.Objects("imagePullSecrets"))).ToArray())
        {
            if (spec["imagePullSecrets"] is not JsonArray secrets)
                spec["imagePullSecrets"] = secrets = [];
            secrets.Add((JsonNode)new JsonObject { ["name"] = secret });
        }
        if (options.ExpireAfter is { } after)
            spec["activeDeadlineSeconds"] = (long)Math.Ceiling(after.TotalSeconds);
        if (options.DeleteWithSource)
            metadata["ownerReferences"] = new JsonArray(Owner(source, options));
    }

    internal static bool LeavesNamespace(CopySource source, PodCopyOptions options) => options.ToNamespace is { } ns && ns != source.Namespace;

    // The kubelet's own annotations: with them the server takes the copy for the mirror of a static pod, and refuses it.
    private static void DropStaticAnnotations(JsonObject metadata, List<string> leftOut)
    {
        if (metadata.Object("annotations") is not { } annotations)
            return;
        foreach (string name in annotations.Select(entry => entry.Key).Where(key => key.StartsWith("kubernetes.io/config.", StringComparison.Ordinal)).ToArray())
        {
            annotations.Remove(name);
            leftOut.Add($"annotation {name}: it is the mark of a static pod");
        }
    }

    private static void ClearHostPorts(JsonObject spec, List<string> leftOut)
    {
        bool isHostNetwork = spec.Bool("hostNetwork") == true;
        foreach (JsonObject container in spec.Objects("containers").Concat(spec.Objects("initContainers")))
        {
            JsonObject[] ports = container.Objects("ports").Where(port => isHostNetwork || port.Integer("hostPort") is > 0).ToArray();
            if (ports.Length == 0)
                continue;
            leftOut.Add(PlainText.Clean($"host port {string.Join(", ", ports.Select(port => port.Integer("hostPort") ?? port.Integer("containerPort")))} of container {container.String("name")}: the source has it, and a node gives a port to one pod only"));
            foreach (JsonObject port in ports)
            {
                port.Remove("hostPort");
                port.Remove("hostIP");
            }
            // On the host's network the server makes every port a host port; a list of ports is for information alone.
            if (isHostNetwork)
                container.Remove("ports");
        }
    }

    private static void LeaveServiceAccount(JsonObject spec, string ns, List<string> leftOut)
    {
        if (spec.String("serviceAccountName") is { Length: > 0 } account and not "default")
            leftOut.Add(PlainText.Clean($"service account {account}: it is none of the namespace {ns}, whose default one the copy has"));
        spec.Remove("serviceAccountName");
        spec.Remove("serviceAccount");
    }

    private static JsonObject Owner(CopySource source, PodCopyOptions options)
    {
        if (LeavesNamespace(source, options) || source.Uid is not { } uid)
            throw Failure.OwnerInOtherNamespace(source.ToString());
        return new() { ["apiVersion"] = source.ApiVersion, ["kind"] = source.Kind, ["name"] = source.Name, ["uid"] = uid };
    }
}
