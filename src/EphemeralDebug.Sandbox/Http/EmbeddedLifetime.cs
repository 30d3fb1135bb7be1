using Microsoft.Extensions.Hosting;

namespace EphemeralDebug.Sandbox.Http;

/// <summary>
/// The lifetime of a server inside another program: its owner starts and stops it. The usual one takes SIGTERM and SIGINT away from
/// the program around it.
/// </summary>
internal sealed class EmbeddedLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
