using System.Text.Json.Nodes;
using EphemeralDebug.Core.Specs;

namespace EphemeralDebug.Core.Artifacts;

/// <summary>One pod, as the marks of tools are looked for in it.</summary>
internal sealed class MarkedPod(JsonObject json)
{
    private readonly JsonObject? _metadata = json.Object("metadata");
    private readonly JsonObject? _spec = json.Object("spec");

    internal string Name => _metadata.String("name") ?? "";

    internal string? Namespace => _metadata.String("namespace");

    internal string? Node => _spec.String("nodeName");

    /// <summary>Whether it sees the processes of its node: <c>hostPID</c>, or a process of the host on Windows.</summary>
    internal bool SharesNode => _spec.Bool("hostPID") == true
        || _spec.Object("securityContext").Object("windowsOptions").Bool("hostProcess") == true
        || _spec.Objects("containers").Any(container => container.Object("securityContext").Object("windowsOptions").Bool("hostProcess") == true);

    /// <summary>Whether no taint keeps it from a node.</summary>
    internal bool ToleratesAll => _spec.Objects("tolerations").Any(one => one.String("operator") == "Exists" && string.IsNullOrEmpty(one.String("key")));

    internal bool IsNeverRestarted => _spec.String("restartPolicy") == "Never";

    internal string? Label(string key) => _metadata.Object("labels").String(key);

    internal string? Annotation(string key) => _metadata.Object("annotations").String(key);

    internal bool HasContainer(string name) => _spec.Objects("containers").Any(container => container.String("name") == name);
}
