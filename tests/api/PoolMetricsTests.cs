using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api;

/// <summary>Metrics of the pools. Npgsql reports by process, and of two pools of one name only one is shown.</summary>
[Collection(LoneApi.Name)]
public sealed class PoolMetricsTests(ApiFixture fixture) : ApiTest(fixture)
{
    [Fact]
    public async Task The_pools_tell_what_is_used_and_what_waits()
    {
        await using var api = await Fixture.Open($"--METRICS_TOKEN={TelemetryTests.Token}");
        foreach (var one in new[] { api, Fixture.App })
        {
            var ana = await Fixture.SignUp("ana", one);
            (await ana.Get("/chats")).Is(200);
            (await ana.Get("/monitor/pool")).Is(403);
        }

        var metrics = await TelemetryTests.Scrape(api);
        Assert.All(["regular_user", "sign_in", "monitor"], pool => Assert.True(
            metrics.Value($$"""db_client_connection_count{.*db_client_connection_pool_name="{{pool}}".*}""", sum: true) >= 1, pool));
        Assert.True(metrics.Value("""db_client_operation_duration_seconds_count{.*regular_user.*}""", sum: true) >= 1);
        Assert.Contains("db_client_connection_max", metrics.Text, StringComparison.Ordinal);
    }
}
