using System.Diagnostics;
using System.Text.Json;
using EphemeralDebug.Sandbox;
using Xunit;
using ApiSandbox = EphemeralDebug.Sandbox.Sandbox;

namespace EphemeralDebug.Core.Tests.SandboxApi;

/// <summary>Lists stay cheap for a server that other tests measure clients with.</summary>
public sealed class LongListTests
{
    [Fact]
    public async Task Thousands_of_realistic_pods_are_listed_quickly()
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        await using ApiSandbox sandbox = await ApiSandbox.StartAsync(new SandboxOptions { SyntheticPods = 2_000 }, token);
        using HttpClient client = SandboxFixture.NewClient(sandbox);
        byte[] first = await client.GetByteArrayAsync("/api/v1/pods?resourceVersion=0", token);
        Assert.InRange(first.Length / 2_000, 7_000, 9_500);

        long started = Stopwatch.GetTimestamp();
        byte[] again = await client.GetByteArrayAsync("/api/v1/pods?resourceVersion=0", token);
        TestContext.Current.SendDiagnosticMessage($"{again.Length / 1024} KiB in {Stopwatch.GetElapsedTime(started).TotalMilliseconds:F0} ms");
        Assert.Equal(first, again);

        using JsonDocument list = JsonDocument.Parse(again);
        Assert.Equal(2_000, list.RootElement.GetProperty("items").GetArrayLength());
        JsonElement pod = list.RootElement.GetProperty("items")[0];
        Assert.False(pod.TryGetProperty("kind", out _));
        Assert.True(pod.GetProperty("metadata").TryGetProperty("managedFields", out _));
    }
}
