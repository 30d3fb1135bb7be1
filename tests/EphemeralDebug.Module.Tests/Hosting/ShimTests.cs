using EphemeralDebug.Module.Tests.Harness;

namespace EphemeralDebug.Module.Tests.Hosting;

/// <summary>The cmdlets that stand in for Microsoft.PowerShell.Utility do what those do.</summary>
public sealed class ShimTests
{
    [Theory]
    [InlineData("3, 1, 2 | Sort-Object", "1 2 3")]
    [InlineData("3, 1, 2, 3 | Sort-Object -Descending -Unique", "3 2 1")]
    [InlineData("[pscustomobject]@{ N = 'b' }, [pscustomobject]@{ N = 'A' } | Sort-Object N | ForEach-Object N", "A b")]
    [InlineData("'pear', 'fig' | Sort-Object { $_.Length }", "fig pear")]
    [InlineData("1..4 | Measure-Object | ForEach-Object Count", "4")]
    [InlineData("$m = 1..4 | Measure-Object -Sum -Average -Maximum; $m.Sum, $m.Average, $m.Maximum", "10 2.5 4")]
    [InlineData("Write-Output 1, 2", "1 2")]
    [InlineData("'{\"a\": {\"b\": [1, 2]}}' | ConvertFrom-Json | ForEach-Object { $_.a.b }", "1 2")]
    [InlineData("('{\"t\": \"2026-01-02T03:04:05Z\"}' | ConvertFrom-Json).t.GetType().Name", "DateTime")]
    [InlineData("('{\"n\": 5}' | ConvertFrom-Json).n.GetType().Name", "Int64")]
    [InlineData("@{ a = 1, 'x', $null, $true } | ConvertTo-Json -Compress", "{\"a\":[1,\"x\",null,true]}")]
    [InlineData("[pscustomobject]@{ day = [DayOfWeek]::Monday; deep = @{ deeper = @{ still = @{ no = 1 } } } } | ConvertTo-Json -Compress -Depth 1", "{\"day\":1,\"deep\":{\"deeper\":\"System.Collections.Hashtable\"}}")]
    [InlineData("'x' | Get-Member Length | ForEach-Object { $_.Name + ' ' + $_.MemberType }", "Length Property")]
    public void Output_is_as_in_pwsh(string script, string expected)
    {
        using ModuleEngine engine = new(import: false);
        RunResult result = engine.Run(script);
        Assert.Empty(result.Errors);
        Assert.Equal(expected, string.Join(' ', result.Output));
    }

    [Fact]
    public void Tables_and_lists_are_the_engines_own()
    {
        using ModuleEngine engine = new(import: false);
        engine.UI.Width = 40;
        const string Objects = "[pscustomobject]@{ Name = 'web'; Ready = '1/1' }, [pscustomobject]@{ Name = 'db'; Ready = '0/1' }";

        Assert.Equal("\nName Ready\n---- -----\nweb  1/1\ndb   0/1\n\n", TrimLines(engine.Print(Objects)));
        Assert.Equal("\nReady\n-----\n1/1\n0/1\n\n", TrimLines(engine.Print($"{Objects} | Format-Table Ready")));
        Assert.Equal("\nName  : web\nReady : 1/1\n\nName  : db\nReady : 0/1\n\n", TrimLines(engine.Print($"{Objects} | Format-List")));
        Assert.Equal(["", "Name Ready", "---- -----", "web  1/1", "db   0/1", ""], engine.Run($"{Objects} | Out-String -Stream").As<string>().Select(line => line.TrimEnd()));
    }

    [Fact]
    public async Task A_sleep_ends_at_CtrlC()
    {
        using ModuleEngine engine = new(import: false);
        using RunningPipeline sleeping = engine.Start("'asleep'; Start-Sleep -Seconds 600; 'awake'");
        await sleeping.OutputReachesAsync(1, TestContext.Current.CancellationToken);
        RunResult result = await sleeping.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal(System.Management.Automation.PSInvocationState.Stopped, result.State);
        Assert.Equal(["asleep"], result.As<string>());
        Assert.True(sleeping.StopTime < TimeSpan.FromSeconds(10), $"It took {sleeping.StopTime}.");
    }

    private static string TrimLines(string text) => string.Join('\n', text.Split('\n').Select(line => line.TrimEnd()));
}
