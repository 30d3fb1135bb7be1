using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Specs;

/// <summary>What a copy is made from: a pod, or the template of a workload.</summary>
public sealed class CopySource
{
    private CopySource(JsonObject pod, string kind, string apiVersion, string? uid, IReadOnlyList<string> leftOut)
    {
        Pod = pod;
        Kind = kind;
        ApiVersion = apiVersion;
        Uid = uid;
        LeftOut = leftOut;
    }

    /// <summary>The pod, or one as the workload would make it, under the workload's name.</summary>
    public JsonObject Pod { get; }

    /// <summary><c>Pod</c>, or the workload's kind.</summary>
    public string Kind { get; }

    /// <summary>The API version of the kind.</summary>
    public string ApiVersion { get; }

    /// <summary>The uid of the pod or workload.</summary>
    public string? Uid { get; }

    /// <summary>What of the workload's template is not in <see cref="Pod"/>, each with its reason.</summary>
    public IReadOnlyList<string> LeftOut { get; }

    /// <summary>The name of the pod or workload.</summary>
    public string Name => Pod.Object("metadata").String("name") ?? "";

    /// <summary>The namespace; null where the JSON does not tell it.</summary>
    public string? Namespace => Pod.Object("metadata").String("namespace");

    /// <summary>As <c>pod/shop/web-0</c>.</summary>
    public override string ToString() => string.Join('/', new[] { Kind.ToLowerInvariant(), Namespace, Name }.Where(part => !string.IsNullOrEmpty(part)));

    /// <summary>A pod as read from the server or from a file.</summary>
    public static CopySource FromPod(JsonObject pod)
    {
        ArgumentNullException.ThrowIfNull(pod);
        return new(pod, "Pod", "v1", pod.Object("metadata").String("uid"), []);
    }

    /// <summary>
    /// The template of a Deployment, ReplicaSet, ReplicationController, StatefulSet, DaemonSet, Job or CronJob. Of a StatefulSet's claims,
    /// which belong to its pods one by one, the copy gets empty directories.
    /// </summary>
    /// <exception cref="DebugException"><c>WorkloadWithoutTemplate</c></exception>
    public static CopySource FromWorkload(JsonObject workload)
    {
        ArgumentNullException.ThrowIfNull(workload);
        JsonObject? metadata = workload.Object("metadata");
        string kind = workload.String("kind") ?? "workload", name = metadata.String("name") ?? "";
        JsonObject? spec = workload.Object("spec");
        JsonObject? template = (spec.Object("jobTemplate").Object("spec") ?? spec).Object("template");
        if (template.Object("spec") is not { } podSpec)
            throw Failure.WorkloadWithoutTemplate($"{kind.ToLowerInvariant()}/{name}");

        JsonObject pod = new() { ["metadata"] = new JsonObject { ["name"] = name }, ["spec"] = podSpec.DeepClone() };
        if (metadata.String("namespace") is { } ns)
            pod["metadata"]!["namespace"] = ns;
        foreach (string part in new[] { "labels", "annotations" })
            if (template.Object("metadata").Object(part) is { } marks)
                pod["metadata"]![part] = marks.DeepClone();
        List<string> leftOut = [];
        EmptyClaims(pod["spec"]!.AsObject(), spec.Objects("volumeClaimTemplates"), leftOut);
        return new(pod, kind, workload.String("apiVersion") ?? "v1", metadata.String("uid"), leftOut);
    }

    private static void EmptyClaims(JsonObject spec, IEnumerable<JsonObject> claims, List<string> leftOut)
    {
        foreach (string name in PodView.Names(claims.Select(claim => claim.Object("metadata")).OfType<JsonObject>()))
        {
            if (spec["volumes"] is not JsonArray volumes)
                spec["volumes"] = volumes = [];
            volumes.Add((JsonNode)new JsonObject { ["name"] = name, ["emptyDir"] = new JsonObject() });
            leftOut.Add(PlainText.Clean($"volume claim {name}: each pod of a StatefulSet has its own, so the copy gets an empty directory; copy one of the pods to have its data"));
        }
    }
}
