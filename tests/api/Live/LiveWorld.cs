using System.Text;
using RlsChat.Tests.Api.Fixtures;

namespace RlsChat.Tests.Api.Live;

/// <summary>Twenty people and an anonymous client, what they have, and what each of them may see.</summary>
internal sealed class LiveWorld(ApiFixture fixture, ActingConnection acting, Random random)
{
    private const int People = 20, Organizations = 3;

    private readonly List<Person> _people = [];
    private readonly HashSet<Person> _verified = [];
    private readonly HashSet<Guid> _gone = [];
    private readonly Dictionary<Guid, Guid> _messageOf = [];
    private readonly Dictionary<Guid, int> _joined = [];
    private Dictionary<Person, VisibleRows> _sight = [];

    public List<Guid> Chats { get; } = [];

    public List<Guid> Messages { get; } = [];

    /// <summary>The message that is voted about.</summary>
    public Guid About { get; set; }

    public Person Somebody => _people[random.Next(People)];

    public Person Administrator => _people[random.Next(Organizations)];

    public Person Anybody => One(_people);

    public VisibleRows SightOf(Person person) => _sight[person];

    public IReadOnlyDictionary<Person, VisibleRows> Sights => _sight;

    public T One<T>(IReadOnlyList<T> of) => of[random.Next(of.Count)];

    public async Task Come()
    {
        for (var i = 0; i < People; i++)
        {
            _people.Add(await fixture.SignUp($"p{i}"));
            if (i < Organizations)
            {
                await fixture.Setup.Found(_people[i]);
            }
            else if (i < 12)
            {
                await Admit(_people[i % Organizations], _people[i]);
            }
        }

        _people.Add(fixture.Anonymous());
        await Look();
    }

    /// <summary>Asks what everybody sees now.</summary>
    public async Task Look()
    {
        _sight = [];
        foreach (var person in _people)
        {
            _sight[person] = await acting.VisibleRows(person);
        }
    }

    public async Task<object?> Admit(Person administrator, Person person)
    {
        if (_verified.Add(person))
        {
            await fixture.Setup.Verify(person);
        }

        var token = Guid.NewGuid().ToString();
        var invited = await acting.Do(administrator, "select public.invite_member($1, $2, sha256($3::bytea))", person.Email, Setup.Member, Encoding.UTF8.GetBytes(token));
        return invited is null ? null : await acting.Do(person, "select public.accept_invitation($1)", token);
    }

    /// <summary>Something that a person does at random.</summary>
    /// <param name="looks">Whether it can change which chats people see.</param>
    public Func<Task<object?>> Act(out bool looks)
    {
        var person = Somebody;
        looks = Chats.Count < 5 || random.Next(40) == 0;
        if (looks)
        {
            var sql = random.Next(3) == 0 ? """ ("title") values ('personal') """ : """ ("title", "organizationId") values ('shared', auth.organization_id()) """;
            return () => acting.Do(person, $"""insert into public."Chat" {sql} returning "id" """);
        }

        var chat = One(Chats);
        if (Messages.Count == 0 || random.Next(100) < 45)
        {
            return () => acting.Do(person,
                """insert into public."Message" ("chatId", "role", "parts") select "id", 'user', '[]' from public."Chat" where "id" = $1 returning "id" """, chat);
        }

        var message = About = One(Messages);
        return random.Next(11) switch
        {
            0 or 1 => () => acting.Do(person, """update public."Message" set "parts" = '[1]' where "id" = $1 returning "id" """, message),
            2 or 3 => () => acting.Do(person, """delete from public."Message" where "id" = $1 returning "id" """, message),
            4 => () => acting.Do(person, """delete from public."Message" where "chatId" = $1 and "id" > $2 returning "id" """, chat, message),
            5 or 6 or 7 => () => acting.Do(person, """insert into public."Vote" ("message_id", "value") values ($1, 'up') returning "id" """, message),
            8 => () => acting.Do(person, """update public."Vote" set "value" = case "value" when 'up' then 'down' else 'up' end where "message_id" = $1 and "user_id" = auth.uid() returning "id" """, message),
            9 => () => acting.Do(person, """delete from public."Vote" where "user_id" = auth.uid() returning "id" """),
            _ => () => acting.Do(person, """update public."Chat" set "title" = "title" || '.' where "id" = $1 returning "id" """, chat),
        };
    }

    /// <summary>A change of somebody's rights at random; null for the end of that person's session.</summary>
    public Func<Task<object?>>? ChangeOfRights(Person person)
    {
        var chat = Chats.Count > 0 ? One(Chats) : Guid.Empty;
        return random.Next(12) switch
        {
            0 or 1 or 2 or 3 => () => OwnersOf(chat, """update public."Chat" set "visibility" = case "visibility" when 'public' then 'private' else 'public' end where "id" = $1 returning "id" """),
            4 => () => OwnersOf(chat, """delete from public."Chat" where "id" = $1 returning "id" """),
            5 or 6 => () => acting.Do(person, "select public.leave_organization()"),
            7 => () => acting.Do(Administrator, "select public.remove_member($1)", person.Id),
            8 or 9 or 10 => () => SightOf(person).Organization is null ? Admit(Administrator, person) : Task.FromResult<object?>(null),
            _ => null,
        };
    }

    /// <summary>As the first of the chat's owners who is allowed to.</summary>
    public async Task<object?> OwnersOf(Guid chat, string sql)
    {
        foreach (var person in _people.Take(People).Where(person => _sight[person].Theirs.Contains(chat)))
        {
            if (await acting.Do(person, sql, chat) is { } done)
            {
                return done;
            }
        }

        return null;
    }

    public void Remember(OutboxRow happened, int step)
    {
        switch (happened.Kind)
        {
            case "chat.created": Chats.Add(happened.Row); break;
            case "chat.deleted": Chats.Remove(happened.Row); break;
            case "message.created": Messages.Add(happened.Row); break;
            case "message.deleted": Messages.Remove(happened.Row); break;
            case "vote.created": _messageOf[happened.Row] = About; break;
            case "member.joined": _joined[happened.Row] = step; break;
        }

        if (happened.IsDeletion && happened.Chat is not null)
        {
            _gone.Add(happened.Row);
        }
    }

    public bool IsGone(Guid? row) => row is { } id && _gone.Contains(id);

    /// <summary>Whether they have been in their organization since before that step.</summary>
    public bool WasMember(Person person, int step) => _joined.GetValueOrDefault(person.Id, -1) < step;

    /// <summary>Whether what it is about has gone since: then what went says so, and this need not be told.</summary>
    public bool IsOptional(OutboxRow e) => !e.IsDeletion && (e.Chat is { } chat
        ? IsGone(e.Row) || IsGone(chat) || (_messageOf.TryGetValue(e.Row, out var message) && IsGone(message))
        : _people.Exists(person => person.Id == e.Row && _sight[person].Organization != e.Organization));
}
