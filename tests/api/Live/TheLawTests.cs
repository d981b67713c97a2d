using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using RlsChat.Api.Live;
using RlsChat.Tests.Api.Play;
using Xunit.Abstractions;

namespace RlsChat.Tests.Api.Live;

/// <summary>
/// The law of delivery, by chance: twenty people, and nobody in particular, do what people do for two thousand
/// steps, and follow all the while. What each hears is what the policies let them see, in its order; who loses a
/// right hears no more; a deletion reaches those, and only those, who could see the row. RLSCHAT_SEED repeats a run.
/// </summary>
public sealed class TheLawTests(House house, ITestOutputHelper output) : HouseTest(house)
{
    private const int Steps = 2000, People = 20, Followers = 36;

    private readonly List<Person> _people = [];
    private readonly List<Following> _following = [];
    private readonly List<Guid> _chats = [], _messages = [];
    private readonly HashSet<Guid> _gone = [];
    private readonly HashSet<Person> _verified = [];
    private readonly Dictionary<Guid, Guid> _messageOf = [];
    private readonly Dictionary<Guid, int> _joined = [];
    private readonly List<double> _ends = [];
    private Dictionary<Person, Sight> _sight = [];
    private Truth _truth = null!;
    private Random _random = null!;
    private long _last;
    private readonly List<string> _log = [];
    private Guid _about;
    private int _step, _heard, _deletions;

    /// <summary>One who follows a chat (or, without one, what is theirs), and what they should hear.</summary>
    private sealed class Following(Person person, Guid? chat)
    {
        public Person Person => person;
        public Guid? Chat => chat;
        public Follower? Follower { get; set; }
        public string? LastId { get; set; }
        public List<Written> Expected { get; } = [];
        public List<(Written Event, bool Saw, int Step)> Missed { get; } = [];

        /// <summary>The last event that they have, or that was there when they came.</summary>
        public long Last { get; set; }
        public bool Sees(Sight sight, Guid there) => chat is null ? sight.Theirs.Contains(there) : chat == there && sight.Chats.Contains(there);
    }

    [Fact]
    public async Task Everybody_hears_what_they_may_see_and_nothing_else()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("RLSCHAT_SEED"), out var given) ? given : Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        _random = new Random(seed);
        await House.Empty();
        await using var truth = _truth = await Truth.Of(House.Database);
        for (var i = 0; i < People; i++)
        {
            _people.Add(await House.SignUp($"p{i}"));
            if (i < 3)
            {
                await House.Backstage.Found(_people[i]);
            }
            else if (i < 12)
            {
                await Admit(_people[i % 3], _people[i]);
            }
        }

        _people.Add(House.Anonymous());
        await Look();
        _last = (await _truth.Since(0)).Select(e => e.Id).LastOrDefault();
        // Some histories take longer to withdraw a right from somebody who follows.
        for (_step = 0; _step < Steps || (_ends.Count <= 10 && _step < 2 * Steps); _step++)
        {
            await Follow();
            await (_random.Next(100) < 7 ? ChangeRights() : Act());
        }

        await Settle();
        output.WriteLine($"heard {_heard}, of them deletions {_deletions}; ends {_ends.Count}, slowest {_ends.DefaultIfEmpty().Max():0} ms");
        Assert.True(_heard > 500 && _deletions > 50 && _ends.Count > 10, $"too little happened: {_heard} {_deletions} {_ends.Count}");
        Assert.True(_ends.Count(end => end <= 1000) >= _ends.Count * 0.95, "access that was lost ended late");
        foreach (var following in _following)
        {
            await (following.Follower?.DisposeAsync() ?? default);
        }
    }

    private T One<T>(IReadOnlyList<T> of) => of[_random.Next(of.Count)];

    private Person Somebody => _people[_random.Next(People)];

    /// <summary>Opens another while there are few; now and then somebody goes away, and comes back later.</summary>
    private async Task Follow()
    {
        if (_following.Count < Followers)
        {
            var person = One(_people);
            Guid? chat = _random.Next(3) > 0 && _sight[person].Chats.Count > 0 ? One([.. _sight[person].Chats]) : null;
            if ((chat is null && person.AccessToken.Length == 0) || _following.Count(f => f.Person == person) > 15)
            {
                return;
            }

            var following = new Following(person, chat);
            await Open(following);
            _following.Add(following);
        }
        else if (_random.Next(12) == 0 && One(_following) is { } somebody)
        {
            if (somebody.Follower is { } follower)
            {
                await Settle(somebody);
                somebody.LastId = follower.LastId;
                somebody.Follower = null;
                // They go on from what they have: what they were not told since is asked about again.
                somebody.Missed.RemoveAll(missed => missed.Event.Id <= somebody.Last);
                await follower.DisposeAsync();
            }
            else
            {
                await ComeBack(somebody);
            }
        }
    }

    private async Task Open(Following following)
    {
        var path = following.Chat is { } chat ? $"/chats/{chat}/events" : "/me/events";
        following.Follower = await Follower.Of(following.Person, House.Address, path, following.LastId);
        following.Last = _last;
    }

    private async Task ComeBack(Following following)
    {
        var sight = _sight[following.Person];
        if (following.Chat is { } chat && !sight.Chats.Contains(chat))
        {
            using var refused = await Follower.Open(following.Person, House.Address, $"/chats/{chat}/events", following.LastId);
            Assert.Equal(404, (int)refused.StatusCode);
            _following.Remove(following);
            return;
        }

        // Who was away and came into the organization meanwhile does not hear what was deleted there before.
        following.Expected.AddRange(following.Missed.Where(missed => missed.Event switch
        {
            { Chat: null } when following.Chat is not null => false,
            { Kind: "member.left" } e => e.Row == following.Person.Id
                || (missed.Saw && sight.Organization == e.Organization && Joined(following) < missed.Step),
            { Chat: null } e => sight.Organization == e.Organization,
            // What went in an organization is told to who is still a member, or could see it as anybody could.
            { IsDeletion: true } e => missed.Saw && (_gone.Contains(e.Chat!.Value) || following.Sees(sight, e.Chat.Value))
                && (e.Organization is null || (following.Chat is not null && e.Visibility == "public")
                    || (sight.Organization == e.Organization && Joined(following) < missed.Step)),
            var e => following.Sees(sight, e.Chat!.Value),
        }).Select(missed => missed.Event));
        following.Missed.Clear();
        await Open(following);
    }

    private int Joined(Following following) => _joined.GetValueOrDefault(following.Person.Id, -1);

    private async Task Act()
    {
        var person = Somebody;
        if (_chats.Count < 5 || _random.Next(40) == 0)
        {
            var sql = _random.Next(3) == 0 ? """ ("title") values ('personal') """ : """ ("title", "organizationId") values ('shared', auth.organization_id()) """;
            await Observe(() => _truth.Do(person, $"""insert into public."Chat" {sql} returning "id" """), looks: true);
            return;
        }

        var chat = One(_chats);
        if (_messages.Count == 0 || _random.Next(100) < 45)
        {
            await Observe(() => _truth.Do(person,
                """insert into public."Message" ("chatId", "role", "parts") select "id", 'user', '[]' from public."Chat" where "id" = $1 returning "id" """, chat));
            return;
        }

        var message = _about = One(_messages);
        await Observe(() => _random.Next(11) switch
        {
            0 or 1 => _truth.Do(person, """update public."Message" set "parts" = '[1]' where "id" = $1 returning "id" """, message),
            2 or 3 => _truth.Do(person, """delete from public."Message" where "id" = $1 returning "id" """, message),
            4 => _truth.Do(person, """delete from public."Message" where "chatId" = $1 and "id" > $2 returning "id" """, chat, message),
            5 or 6 or 7 => _truth.Do(person, """insert into public."Vote" ("message_id", "value") values ($1, 'up') returning "id" """, message),
            8 => _truth.Do(person, """update public."Vote" set "value" = case "value" when 'up' then 'down' else 'up' end where "message_id" = $1 and "user_id" = auth.uid() returning "id" """, message),
            9 => _truth.Do(person, """delete from public."Vote" where "user_id" = auth.uid() returning "id" """),
            _ => _truth.Do(person, """update public."Chat" set "title" = "title" || '.' where "id" = $1 returning "id" """, chat),
        });
    }

    /// <summary>What was decided before is heard first, so that what is heard later was decided later.</summary>
    private async Task ChangeRights()
    {
        await Settle();
        var person = Somebody;
        var chat = _chats.Count > 0 ? One(_chats) : Guid.Empty;
        switch (_random.Next(12))
        {
            case 0 or 1 or 2 or 3:
                await Observe(() => OwnersOf(chat, """update public."Chat" set "visibility" = case "visibility" when 'public' then 'private' else 'public' end where "id" = $1 returning "id" """), looks: true);
                break;
            case 4:
                await Observe(() => OwnersOf(chat, """delete from public."Chat" where "id" = $1 returning "id" """), looks: true);
                break;
            case 5 or 6:
                await Observe(() => _truth.Do(person, "select public.leave_organization()"), looks: true);
                break;
            case 7:
                await Observe(() => _truth.Do(One(_people.Take(3).ToList()), "select public.remove_member($1)", person.Id), looks: true);
                break;
            case 8 or 9 or 10:
                if (_sight[person].Organization is null)
                {
                    await Observe(() => Admit(One(_people.Take(3).ToList()), person), looks: true);
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

    private async Task<object?> Admit(Person administrator, Person person)
    {
        if (_verified.Add(person))
        {
            await House.Backstage.Verify(person);
        }

        var token = Guid.NewGuid().ToString();
        var invited = await _truth.Do(administrator, "select public.invite_member($1, $2, sha256($3::bytea))", person.Email, Backstage.Member, Encoding.UTF8.GetBytes(token));
        return invited is null ? null : await _truth.Do(person, "select public.accept_invitation($1)", token);
    }

    private async Task<object?> OwnersOf(Guid chat, string sql)
    {
        foreach (var person in _people.Take(People).Where(person => _sight[person].Theirs.Contains(chat)))
        {
            if (await _truth.Do(person, sql, chat) is { } done)
            {
                return done;
            }
        }

        return null;
    }

    private async Task Look()
    {
        _sight = [];
        foreach (var person in _people)
        {
            _sight[person] = await _truth.Sight(person);
        }
    }

    /// <summary>Does something, and says who should hear of it: who sees it, and of a deletion, who saw it before too.</summary>
    private async Task Observe(Func<Task<object?>> act, bool looks = false)
    {
        var before = _sight;
        await act();
        if (looks)
        {
            await Look();
        }

        foreach (var happened in await _truth.Since(_last))
        {
            _last = happened.Id;
            _log.Add($"{_step} {happened} {_about}");
            Remember(happened);
            foreach (var following in _following)
            {
                var (then, now) = (before[following.Person], _sight[following.Person]);
                var saw = happened.Chat is { } there ? following.Sees(then, there)
                    : following.Chat is null && then.Organization == happened.Organization;
                if (following.Follower is not null && happened switch
                {
                    { Kind: "member.left" } => following.Chat is null && (happened.Row == following.Person.Id || (saw && now.Organization == happened.Organization)),
                    { Chat: null } => following.Chat is null && now.Organization == happened.Organization,
                    { IsDeletion: true, Chat: { } chat } => saw && (_gone.Contains(chat) || following.Sees(now, chat)),
                    { Chat: { } chat } => following.Sees(now, chat),
                })
                {
                    following.Expected.Add(happened);
                }
                else
                {
                    following.Missed.Add((happened, saw, _step));
                }
            }
        }

        if (looks)
        {
            await Ends(following => following.Chat is { } chat && !_sight[following.Person].Chats.Contains(chat), "not_found");
        }
    }

    private void Remember(Written happened)
    {
        switch (happened.Kind)
        {
            case "chat.created": _chats.Add(happened.Row); break;
            case "chat.deleted": _chats.Remove(happened.Row); break;
            case "message.created": _messages.Add(happened.Row); break;
            case "message.deleted": _messages.Remove(happened.Row); break;
            case "vote.created": _messageOf[happened.Row] = _about; break;
            case "member.joined": _joined[happened.Row] = _step; break;
        }

        if (happened.IsDeletion && happened.Chat is not null)
        {
            _gone.Add(happened.Row);
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
        foreach (var following in _following.Where(following => following.Follower is not null))
        {
            await Settle(following);
        }
    }

    private async Task Settle(Following following)
    {
        House.App.Services.GetRequiredService<LiveEvents>().Wake();
        var needed = following.Expected.Where(e => !IsOptional(e)).ToList();
        await following.Follower!.Until(
            f => needed.Count == 0 || needed.Count <= f.All.Count && needed.All(e => f.All.Any(heard => Is(heard, e))), $"step {_step}, {following.Person.Name}, chat {following.Chat}, joined {Joined(following)}: {string.Join('\n', needed.Where(e => !following.Follower.All.Any(heard => Is(heard, e))))}");
        Check(following, following.Follower.All);
    }

    /// <summary>What was heard is what was expected, in that order; what had gone before it was read may be missing.</summary>
    private void Check(Following following, List<Heard> all)
    {
        var next = 0;
        foreach (var heard in all)
        {
            while (next < following.Expected.Count && !Is(heard, following.Expected[next]))
            {
                Assert.True(IsOptional(following.Expected[next]), $"step {_step}: {following.Person.Name} should have heard {following.Expected[next]} before {heard} DEBUG chat {following.Chat} last {following.LastId is not null} log {string.Join("\n", _log)}\nALL {string.Join("\n", all)}");
                next++;
            }

            Assert.True(next < following.Expected.Count, $"step {_step}: {following.Person.Name} should not have heard {heard}");
            following.Last = Math.Max(following.Last, following.Expected[next++].Id);
        }

        Assert.All(following.Expected.Skip(next), missing => Assert.True(IsOptional(missing), $"step {_step}: {following.Person.Name} never heard {missing}"));
        _heard += all.Count;
        _deletions += all.Count(heard => heard.Kind.EndsWith("deleted", StringComparison.Ordinal));
        following.Expected.Clear();
        following.Follower!.Forget(all.Count);
    }

    /// <summary>Whether what it is about has gone since: then what went says so, and this need not be told.</summary>
    private bool IsOptional(Written e) => !e.IsDeletion && (e.Chat is { } chat
        ? _gone.Contains(e.Row) || _gone.Contains(chat) || (_messageOf.TryGetValue(e.Row, out var message) && _gone.Contains(message))
        : _people.Exists(person => person.Id == e.Row && _sight[person].Organization != e.Organization));

    private static bool Is(Heard heard, Written e) => heard.Kind == e.Kind && heard.Row == e.Row;
}
