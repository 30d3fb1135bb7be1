using Xunit;

namespace EphemeralDebug.Core.Tests.Sandbox.Kubelet;

/// <summary>Tests that measure the memory of the whole process run alone.</summary>
[CollectionDefinition(nameof(BackpressureTests), DisableParallelization = true)]
[Collection(nameof(BackpressureTests))]
public sealed class BackpressureTests
{
    [Theory]
    [InlineData("exec?container=app&stdout=true&command=sh&command=-c&command=head+-c+67108864+/dev/zero")]
    [InlineData("attach?container=zeros&stdin=true&stdout=true")]
    public async Task A_slow_reader_slows_the_writer(string path)
    {
        const long Size = 64L << 20;
        await using KubeletCluster cluster = await KubeletCluster.StartAsync();
        await cluster.CreateWebAsync();
        cluster.AddEphemeral("web", """{"name":"zeros","image":"busybox","stdin":true,"command":["sh","-c","read go; head -c 67108864 /dev/zero"]}""");
        await cluster.UntilRunningAsync("web", "zeros");
        long before = GC.GetTotalMemory(forceFullCollection: true), most = 0, next = 0;
        await using StreamClient client = await StreamClient.ConnectAsync(cluster.Path("web", path));
        if (path.StartsWith("attach", StringComparison.Ordinal)) await client.SendAsync(0, "go\n");
        while (client.Length(1) < Size && await client.ReadFrameAsync(keep: false))
        {
            if (client.Length(1) < next) continue;
            next += 8 << 20;
            // What was written ahead of this reader would be held somewhere now.
            most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
        }
        await client.ReadToEndAsync();
        Assert.Equal(Size, client.Length(1));
        Assert.Equal("""{"metadata":{},"status":"Success"}""", client.Text(3));
        // The container's log keeps its newest 4 MiB.
        Assert.True(most < 16 << 20, $"{most >> 20} MiB");
    }
}
