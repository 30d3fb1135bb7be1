using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace EphemeralDebug.Sandbox.Kubelet;

/// <summary>
/// What the API server asks of the simulated kubelet. Requests arrive authenticated and authorised, with the pod as stored.
/// The agent follows the store by itself to start, report and end containers.
/// </summary>
internal interface INodeAgent : IAsyncDisposable
{
    /// <summary>Starts to follow the store: pods that are bound to a node come to life.</summary>
    void Start();

    /// <summary>Answers GET pods/NAME/log.</summary>
    Task LogAsync(HttpContext context, JsonObject pod);

    /// <summary>Answers GET pods/NAME/attach: the WebSocket handshake, and the stream until it ends.</summary>
    Task AttachAsync(HttpContext context, JsonObject pod);

    /// <summary>Answers GET pods/NAME/exec likewise.</summary>
    Task ExecAsync(HttpContext context, JsonObject pod);

    /// <summary>Ends the pod's containers (SIGTERM, then SIGKILL after the grace period) and removes it from the store.</summary>
    void Terminate(string ns, string name, int gracePeriodSeconds);
}
