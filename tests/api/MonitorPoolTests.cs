using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RlsChat.Api.Configuration;
using RlsChat.Api.Data;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api;

/// <summary>GET /monitor/pool, whose figures are those of the whole process.</summary>
[Collection(LoneApi.Name)]
public sealed class MonitorPoolTests(ApiFixture fixture) : ApiTest(fixture)
{
    [Fact]
    public async Task Pools_count_connections_in_use_and_waits()
    {
        var op = await Fixture.Operator();
        var sources = Fixture.App.Services.GetRequiredService<DataSources>();
        var all = Fixture.App.Services.GetRequiredService<Settings>().Pool.Anonymous;
        // APIs of other tests in this process have such pools too.
        var (_, _, _, before) = await Anonymous();
        var taken = new List<NpgsqlConnection>();
        Task<NpgsqlConnection> waiting;
        try
        {
            for (var i = 0; i < all; i++)
            {
                taken.Add(await sources.Anonymous.OpenConnectionAsync());
            }

            waiting = sources.Anonymous.OpenConnectionAsync().AsTask();
            var (used, _, most, waits) = await Anonymous();
            Assert.True(used >= all && most >= all && waits > before, $"{used} of {most} are in use, {waits} wait, {before} before");
        }
        finally
        {
            foreach (var connection in taken)
            {
                await connection.DisposeAsync();
            }
        }

        await using (await waiting)
        {
            var (_, idle, _, still) = await Anonymous();
            Assert.True(idle >= all - 1 && still <= before, $"{idle} are idle, {still} wait, {before} before");
        }

        async Task<(long, long, long, long)> Anonymous()
        {
            var pools = (await op.Get("/monitor/pool")).Is(200).Body["items"]!.AsArray().Select(item => item!).ToList();
            Assert.Equal(["anonymous", "monitor", "regular_user", "sign_in"], pools.Select(pool => (string)pool["name"]!).Order());
            var pool = pools.Single(pool => (string)pool["name"]! == "anonymous");
            return ((long)pool["inUse"]!, (long)pool["idle"]!, (long)pool["max"]!, (long)pool["waiting"]!);
        }
    }
}
