using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using RlsChat.Api.Live;
using RlsChat.Tests.Api.Fixtures;
using Xunit.Abstractions;

namespace RlsChat.Tests.Api.Live;

/// <summary>
/// The law of delivery, by chance: twenty people, and nobody in particular, do what people do for two thousand
/// steps, and follow all the while. What each hears is what the policies let them see, in its order; who loses a
/// right hears no more; a deletion reaches those, and only those, who could see the row. RLSCHAT_SEED repeats a run.
/// </summary>
[Collection(LiveApi.Name)]
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
            await (_random.Next(100) < 7 ? ChangeRights() : Act());
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

    private async Task Act()
    {
        var person = _world.Somebody;
        if (_world.Chats.Count < 5 || _random.Next(40) == 0)
        {
            var sql = _random.Next(3) == 0 ? """ ("title") values ('personal') """ : """ ("title", "organizationId") values ('shared', auth.organization_id()) """;
            await Observe(() => _acting.Do(person, $"""insert into public."Chat" {sql} returning "id" """), looks: true);
            return;
        }

        var chat = _world.One(_world.Chats);
        if (_world.Messages.Count == 0 || _random.Next(100) < 45)
        {
            await Observe(() => _acting.Do(person,
                """insert into public."Message" ("chatId", "role", "parts") select "id", 'user', '[]' from public."Chat" where "id" = $1 returning "id" """, chat));
            return;
        }

        var message = _world.About = _world.One(_world.Messages);
        await Observe(() => _random.Next(11) switch
        {
            0 or 1 => _acting.Do(person, """update public."Message" set "parts" = '[1]' where "id" = $1 returning "id" """, message),
            2 or 3 => _acting.Do(person, """delete from public."Message" where "id" = $1 returning "id" """, message),
            4 => _acting.Do(person, """delete from public."Message" where "chatId" = $1 and "id" > $2 returning "id" """, chat, message),
            5 or 6 or 7 => _acting.Do(person, """insert into public."Vote" ("message_id", "value") values ($1, 'up') returning "id" """, message),
            8 => _acting.Do(person, """update public."Vote" set "value" = case "value" when 'up' then 'down' else 'up' end where "message_id" = $1 and "user_id" = auth.uid() returning "id" """, message),
            9 => _acting.Do(person, """delete from public."Vote" where "user_id" = auth.uid() returning "id" """),
            _ => _acting.Do(person, """update public."Chat" set "title" = "title" || '.' where "id" = $1 returning "id" """, chat),
        });
    }

    /// <summary>What was decided before is heard first, so that what is heard later was decided later.</summary>
    private async Task ChangeRights()
    {
        await Settle();
        var person = _world.Somebody;
        var chat = _world.Chats.Count > 0 ? _world.One(_world.Chats) : Guid.Empty;
        switch (_random.Next(12))
        {
            case 0 or 1 or 2 or 3:
                await Observe(() => _world.OwnersOf(chat, """update public."Chat" set "visibility" = case "visibility" when 'public' then 'private' else 'public' end where "id" = $1 returning "id" """), looks: true);
                break;
            case 4:
                await Observe(() => _world.OwnersOf(chat, """delete from public."Chat" where "id" = $1 returning "id" """), looks: true);
                break;
            case 5 or 6:
                await Observe(() => _acting.Do(person, "select public.leave_organization()"), looks: true);
                break;
            case 7:
                await Observe(() => _acting.Do(_world.Administrator, "select public.remove_member($1)", person.Id), looks: true);
                break;
            case 8 or 9 or 10:
                if (_world.SightOf(person).Organization is null)
                {
                    await Observe(() => _world.Admit(_world.Administrator, person), looks: true);
                }

                break;
            default:
                (await person.Post("/auth/logout", new { refreshToken = person.RefreshToken })).Is(204);
                await Ends(following => following.Person == person, "session_ended");
                var again = await person.Post("/auth/login", new { email = person.Email, password = Person.Password });
                person.Take(again.Is(200));
                break;
        }
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

    /// <summary>What was heard is what was expected, in that order; what had gone before it was read may be missing.</summary>
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
