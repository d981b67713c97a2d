using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using RlsChat.Api.Data;
using RlsChat.Tests.Api.Fixtures;
using RlsChat.Tests.Support;

namespace RlsChat.Tests.Api;

/// <summary>The API purges by itself, within minutes of its start and then once an hour.</summary>
public sealed class PurgeTests : IAsyncLifetime
{
    private readonly LogLines _log = new();
    private readonly Clock _clock = new();
    private TestDatabase _database = null!;
    private WebApplication _app = null!;

    public async Task InitializeAsync()
    {
        _database = await (await TestServer.Shared).CreateDatabase();
        _app = ApiFixture.Build(_database, _log, adjust: builder => builder.Services.AddSingleton<TimeProvider>(_clock).AddHostedService<Purge>());
        await _app.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Expired_rows_are_purged_once_an_hour()
    {
        await AddToken("past", "- interval '1 minute'");
        await AddToken("kept", "+ interval '1 day'");
        _clock.Advance(TimeSpan.FromSeconds(59));
        await Task.Delay(200);
        Assert.Equal(2L, await Tokens());

        _clock.Advance(TimeSpan.FromMinutes(10));
        await Until(1);
        Assert.Contains(_log.All, line => line.Contains("purged: verificationToken 1", StringComparison.Ordinal));

        await AddToken("later", "- interval '1 minute'");
        _clock.Advance(TimeSpan.FromMinutes(59));
        await Task.Delay(200);
        Assert.Equal(2L, await Tokens());
        _clock.Advance(TimeSpan.FromMinutes(1));
        await Until(1);
    }

    [Fact]
    public async Task Nothing_is_purged_while_another_is_at_it()
    {
        var purge = _app.Services.GetServices<IHostedService>().OfType<Purge>().Single();
        await using var other = new NpgsqlConnection(_database.AuthConnectionString);
        await other.OpenAsync();
        await using (var transaction = await other.BeginTransactionAsync())
        {
            await using var first = new NpgsqlCommand("select count(*) from auth.purge()", other);
            Assert.True(await first.ExecuteScalarAsync() is > 0L);
            await AddToken("past", "- interval '1 minute'");
            Assert.Empty(await purge.Once(CancellationToken.None));
            Assert.Equal(1L, await Tokens());
        }

        Assert.Equal(1, (await purge.Once(CancellationToken.None))["verificationToken"]);
        Assert.Equal(0L, await Tokens());
    }

    private async Task Until(long tokens)
    {
        for (var attempt = 0; await Tokens() != tokens; attempt++)
        {
            Assert.True(attempt < 100, "nothing was purged");
            await Task.Delay(50);
        }

        // The log's line follows the commit.
        await Task.Delay(100);
    }

    private Task<object?> AddToken(string name, string age) => AsDefiner(
        $"""
        insert into public."verificationToken" ("identifier", "token", "expires")
        values ('{name}', encode(sha256('{name}'), 'hex'), now() at time zone 'utc' {age})
        """);

    private async Task<long> Tokens() => (long)(await AsDefiner("""select count(*) from public."verificationToken" """))!;

    private async Task<object?> AsDefiner(string sql)
    {
        await using var connection = await Sql.Open(_database.OwnerConnectionString, "set role rlschat_test_functions");
        return await connection.ExecuteScalarAsync(sql);
    }

    /// <summary>A time that passes when it is told to; its timers fire then.</summary>
    private sealed class Clock : TimeProvider
    {
        private readonly List<Timer> _timers = [];
        private DateTimeOffset _now = DateTimeOffset.UtcNow;

        public override DateTimeOffset GetUtcNow() => _now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new Timer(this, callback, state);
            timer.Change(dueTime, period);
            lock (_timers)
            {
                _timers.Add(timer);
            }

            return timer;
        }

        public void Advance(TimeSpan time)
        {
            _now += time;
            Timer[] due;
            lock (_timers)
            {
                due = [.. _timers];
            }

            foreach (var timer in due)
            {
                timer.Fire();
            }
        }

        private sealed class Timer(Clock clock, TimerCallback callback, object? state) : ITimer
        {
            private DateTimeOffset? _due;
            private TimeSpan _period;

            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                _due = dueTime == Timeout.InfiniteTimeSpan ? null : clock._now + dueTime;
                _period = period;
                return true;
            }

            public void Fire()
            {
                if (_due is { } due && due <= clock._now)
                {
                    _due = _period > TimeSpan.Zero ? due + _period : null;
                    callback(state);
                }
            }

            public void Dispose() => _due = null;

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }
}
