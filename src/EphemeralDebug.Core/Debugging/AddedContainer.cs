using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Debugging;

/// <summary>A container, and the pod that the server answered with.</summary>
internal sealed record AddedContainer(EphemeralContainer Container, JsonObject Pod, PodInfo Row);
