using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using RlsChat.Api.Live;
using RlsChat.Tests.Api.Fixtures;
using Xunit.Abstractions;

namespace RlsChat.Tests.Api.Live;

/// <summary>
/// The law of delivery at random: twenty people and an anonymous client act for two thousand
/// steps, and follow all the while. Each gets what the policies let them see, in order; a person who loses a right gets
/// no more; a deletion reaches exactly the people who could see the row. RLSCHAT_SEED repeats a run.
/// </summary>
[Collection(LiveLoadApi.Name)]
public sealed class RandomDeliveryTests(ApiFixture fixture, ITestOutputHelper output) : ApiTest(fixture)
{
    private const int Steps = 2000, Followers = 36;

    private readonly List<Following> _following = [];
    private readonly List<double> _ends = [];
    private LiveWorld _world = null!;
    private DeliveryMarker _beacon = null!;
    private ActingConnection _acting = null!;
    private Random _random = null!;
    private long _last;
    private int _step, _heard, _deletions;

    [Fact]
    public async Task Everybody_hears_what_they_may_see_and_nothing_else()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("RLSCHAT_SEED"), out var given) ? given : Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        _random = new Random(seed);
        await Fixture.Empty();
        await using var acting = _acting = await ActingConnection.Of(Fixture.Database);
        _world = new LiveWorld(Fixture, acting, _random);
        await _world.Come();
        await using var marker = _beacon = await DeliveryMarker.Light(Fixture, acting);
        _last = (await _acting.Since(0)).Select(e => e.Id).LastOrDefault();
        // Some histories take longer to withdraw a right from somebody who follows.
        for (_step = 0; _step < Steps || (_ends.Count <= 10 && _step < 2 * Steps); _step++)
        {
            await Follow();
            await (_random.Next(100) < 7 ? ChangeRights() : Observe(_world.Act(out var looks), looks));
        }

        await Settle();
        output.WriteLine($"heard {_heard}, of them deletions {_deletions}; ends {_ends.Count}, slowest {_ends.DefaultIfEmpty().Max():0} ms");
        Assert.True(_heard > 500 && _deletions > 50 && _ends.Count > 10, $"too little happened: {_heard} {_deletions} {_ends.Count}");
        // At once, and not when something else, such as a heartbeat after 15 s, comes round: with room for a busy machine.
        Assert.True(_ends.Count(end => end <= 5000) >= _ends.Count * 0.95, "access that was lost ended late");
        foreach (var following in _following)
        {
            await (following.Follower?.DisposeAsync() ?? default);
        }
    }

    /// <summary>Opens another while there are few; now and then somebody goes away, and comes back later.</summary>
    private async Task Follow()
    {
        if (_following.Count < Followers)
        {
            var person = _world.Anybody;
            var seen = _world.SightOf(person).Chats;
            Guid? chat = _random.Next(3) > 0 && seen.Count > 0 ? _world.One([.. seen]) : null;
            if ((chat is null && person.AccessToken.Length == 0) || _following.Count(f => f.Person == person) > 15)
            {
                return;
            }

            var following = new Following(person, chat);
            await Open(following);
            _following.Add(following);
        }
        else if (_random.Next(12) == 0 && _world.One(_following) is { } somebody)
        {
            await (somebody.Follower is null ? ComeBack(somebody) : GoAway(somebody, somebody.Follower));
        }
    }

    private async Task Open(Following following)
    {
        following.Follower = await Follower.Of(following.Person, Fixture.Address, following.Path, following.LastId);
        following.Last = _last;
    }

    private async Task GoAway(Following following, Follower follower)
    {
        await Settle(following);
        following.LastId = follower.LastId;
        following.Follower = null;
        // They go on from what they have: what they were not told since is asked about again.
        following.Missed.RemoveAll(missed => missed.Event.Id <= following.Last);
        await follower.DisposeAsync();
    }

    private async Task ComeBack(Following following)
    {
        var sight = _world.SightOf(following.Person);
        if (following.Chat is { } chat && !sight.Chats.Contains(chat))
        {
            using var refused = await Follower.Open(following.Person, Fixture.Address, following.Path, following.LastId);
            Assert.Equal(404, (int)refused.StatusCode);
            _following.Remove(following);
            return;
        }

        following.Expected.AddRange(following.Missed
            .Where(missed => following.HearsLater(
                missed.Event, missed.Saw, _world.WasMember(following.Person, missed.Step), sight, _world.IsGone(missed.Event.Chat)))
            .Select(missed => missed.Event));
        following.Missed.Clear();
        await Open(following);
    }

    /// <summary>Delivers what was decided before first, so that what is delivered later was decided later.</summary>
    private async Task ChangeRights()
    {
        await Settle();
        var person = _world.Somebody;
        if (_world.ChangeOfRights(person) is { } change)
        {
            await Observe(change, looks: true);
            return;
        }

        (await person.Post("/auth/logout", new { refreshToken = person.RefreshToken })).Is(204);
        await Ends(following => following.Person == person, "session_ended");
        person.Take((await person.Post("/auth/login", new { email = person.Email, password = Person.Password })).Is(200));
    }

    /// <summary>Does something, and says who should hear of it.</summary>
    private async Task Observe(Func<Task<object?>> act, bool looks = false)
    {
        var before = _world.Sights;
        await act();
        if (looks)
        {
            await _world.Look();
        }

        foreach (var happened in await _acting.Since(_last))
        {
            _last = happened.Id;
            _world.Remember(happened, _step);
            foreach (var following in _following)
            {
                var (then, now) = (before[following.Person], _world.SightOf(following.Person));
                if (following.Follower is not null && following.Hears(happened, then, now, _world.IsGone(happened.Chat)))
                {
                    following.Expected.Add(happened);
                }
                else
                {
                    following.Missed.Add((happened, following.Saw(happened, then), _step));
                }
            }
        }

        if (looks)
        {
            await Ends(following => following.Chat is { } chat && !_world.SightOf(following.Person).Chats.Contains(chat), "not_found");
        }
    }

    /// <summary>Those who have lost access hear what was before, why, and nothing more.</summary>
    private async Task Ends(Func<Following, bool> who, string why)
    {
        var since = Stopwatch.StartNew();
        foreach (var following in _following.Where(who).Where(f => f.Follower is not null).ToList())
        {
            await following.Follower!.Until(f => f.IsOver, $"the end, {why}");
            _ends.Add(since.Elapsed.TotalMilliseconds);
            Assert.True(following.Follower.End is null || following.Follower.End == why, following.Follower.End);
            Check(following, [.. following.Follower.All.Where(heard => heard.Kind != "end")]);
            await following.Follower.DisposeAsync();
            _following.Remove(following);
        }
    }

    private async Task Settle()
    {
        // Also what nobody expects is read before anybody's rights change.
        await _beacon.Shine();
        _last = (await _acting.Since(_last)).Select(e => e.Id).LastOrDefault(_last);
        foreach (var following in _following.Where(following => following.Follower is not null))
        {
            await Settle(following);
        }
    }

    private async Task Settle(Following following)
    {
        Fixture.App.Services.GetRequiredService<LiveEvents>().Wake();
        var needed = following.Expected.Where(e => !_world.IsOptional(e)).ToList();
        await following.Follower!.Until(
            f => needed.Count == 0 || (needed.Count <= f.All.Count && needed.All(e => f.All.Any(heard => Is(heard, e)))),
            $"step {_step}, {following.Person.Name}, {following.Path}:\n{string.Join('\n', needed)}");
        Check(following, following.Follower.All);
    }

    /// <summary>The received events are the expected ones, in order; rows that were gone before they were read may be missing.</summary>
    private void Check(Following following, List<ReceivedEvent> all)
    {
        var next = 0;
        foreach (var heard in all)
        {
            while (next < following.Expected.Count && !Is(heard, following.Expected[next]))
            {
                Assert.True(_world.IsOptional(following.Expected[next]),
                    $"step {_step}: {following.Person.Name} should have heard {following.Expected[next]} before {heard} at {following.Path}; all:\n{string.Join('\n', all)}");
                next++;
            }

            Assert.True(next < following.Expected.Count, $"step {_step}: {following.Person.Name} should not have heard {heard}");
            following.Last = Math.Max(following.Last, following.Expected[next++].Id);
        }

        Assert.All(following.Expected.Skip(next), missing => Assert.True(_world.IsOptional(missing), $"step {_step}: {following.Person.Name} never heard {missing}"));
        _heard += all.Count;
        _deletions += all.Count(heard => heard.Kind.EndsWith("deleted", StringComparison.Ordinal));
        following.Expected.Clear();
        following.Follower!.Forget(all.Count);
    }

    private static bool Is(ReceivedEvent heard, OutboxRow e) => heard.Kind == e.Kind && heard.Row == e.Row;
}
