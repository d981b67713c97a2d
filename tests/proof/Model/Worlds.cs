using CsCheck;

namespace RlsChat.Tests.Proof.Model;

/// <summary>
/// Random worlds. A row is drawn as four numbers, each read modulo what there is to choose from, so
/// whatever shrinking takes away, a world that keeps the tables' constraints is left.
/// </summary>
internal static class Worlds
{
    private static readonly Gen<int> Number = Gen.Int[0, 9999];

    private static readonly Gen<(int A, int B, int C, int D)> Four = Gen.Select(Number, Number, Number, Number);

    /// <summary>Numbers for the tables, in the order in which <see cref="Of"/> reads them.</summary>
    public static readonly Gen<(int A, int B, int C, int D)[][]> Drafts =
        Gen.Select(
            Gen.Select(Some(1, 3), Some(0, 6), Some(2, 9), Some(0, 10), Some(0, 14), Some(0, 14), Some(0, 9), Some(0, 9)),
            Gen.Select(Some(0, 8), Some(0, 8), Some(0, 6), Some(0, 8), Some(0, 8)))
        .Select((a, b) => new[]
        {
            a.Item1, a.Item2, a.Item3, a.Item4, a.Item5, a.Item6, a.Item7, a.Item8,
            b.Item1, b.Item2, b.Item3, b.Item4, b.Item5,
        });

    /// <summary>How many arrays of drafts there are.</summary>
    public const int Tables = 13;

    /// <summary>Drafts of a world with something of everything, always the same.</summary>
    public static readonly (int A, int B, int C, int D)[][] Crowded = [.. Enumerable.Range(0, Tables).Select(table =>
        Enumerable.Range(0, 12).Select(n => (n * 7 + table, n * 5 + 3 * table, n * 3 + table, n + 2 * table)).ToArray())];

    public static World Of((int A, int B, int C, int D)[][] drafts)
    {
        var world = new World();
        Organizations(world, drafts[0], drafts[1]);
        People(world, drafts[2]);
        var people = world.All<Person>().Select(p => p.Key).ToArray();
        var organizations = world.All<Organization>().Select(o => (string?)o.Key).Append(null).ToArray();

        Each(drafts[3], (n, d) => world.Put(new Chat(World.Id(0xc0a, n), Pick(people, d.A), Pick(organizations, d.B), d.C % 4 == 0)));
        Each(drafts[4], (n, d) => Any<Chat>(world, d.A, c => world.Put(
            new Message(World.Id(0x3e, n), c.Key, d.B % 5 == 0 ? null : Pick(people, d.C)))));
        Each(drafts[5], (n, d) => Any<Message>(world, d.A, m => OneVote(world, n, m, Pick(people, d.B))));
        Each(drafts[6], (n, d) => Version(world, n, d, people, organizations));
        Each(drafts[7], (n, d) => Any<Document>(world, d.A, v => world.Put(
            new Suggestion(World.Id(0x59, n), v.Key, d.B % 5 == 0 ? null : Pick(people, d.C)))));
        Each(drafts[8], (n, d) => Any<Chat>(world, d.A, c => world.Put(
            new Stream(World.Id(0x57, n), c.Key, d.B % 5 == 0 ? null : Pick(people, d.C)))));
        Each(drafts[9], (n, d) => Any<Stream>(world, d.A, s => world.Put(
            new Chunk(s.Key, d.B % 4 == 0 ? n : world.All<Chunk>().Count(c => c.Stream == s.Key)))));
        Each(drafts[10], (n, d) => Invite(world, n, d, people));
        Each(drafts[11], (n, d) =>
        {
            var owner = Pick(people, d.B);
            world.Put((d.A % 5) switch
            {
                0 => new Account($"github-{n}", owner),
                1 => Pair(world, $"{900000 + n}", owner, d.C % 4 == 0, d.C % 8 == 0, d.D % 4 == 0),
                2 => new CreditEntry($"{900000 + n}", owner),
                3 => new IdempotencyKey(owner, $"key-{n}"),
                _ => new Quota(owner, $"kind-{n}"),
            });
        });
        Each(drafts[12], (n, d) => world.Put(new AuditEvent(
            $"{900000 + n}", Pick([.. people, null], d.A), Pick([.. people, null], d.B), Pick(organizations, d.C))));
        return world;
    }

    private static Gen<(int A, int B, int C, int D)[]> Some(int least, int most) => Four.Array[least, most];

    private static void Organizations(World world, (int A, int B, int C, int D)[] organizations, (int A, int B, int C, int D)[] roles)
    {
        Each(organizations, (n, _) => world.Put(new Organization(World.Id(0x0a, n))));
        // Every subset of the permissions can come.
        Each(roles, (n, d) => world.Put(new Role(
            World.Id(0x01e, n), World.Id(0x0a, d.A % organizations.Length),
            [.. World.Permissions.Where((_, bit) => (d.B & (1 << bit)) != 0)])));
    }

    // The first of each organization founded it; managers come before those below them, so there is no cycle.
    private static void People(World world, (int A, int B, int C, int D)[] drafts)
    {
        var organizations = world.All<Organization>().Select(o => o.Key).ToArray();
        for (var n = 0; n < organizations.Length; n++)
        {
            world.Put(new Person(World.Id(0xface, n), Email(World.Id(0xface, n)), organizations[n], World.AdminRole, null, n, true, true, 5m));
        }

        Each(drafts, (n, d) =>
        {
            n += organizations.Length;
            var organization = Pick([.. organizations, .. organizations, null], d.A);
            var colleagues = world.All<Person>().Where(p => p.Org == organization).Select(p => (string?)p.Key).Append(null).ToArray();
            var roles = world.All<Role>().Where(r => r.Org == organization && r.Org is not null).Select(r => r.Key)
                .Append(World.MemberRole).Append(World.AdminRole).ToArray();
            var (password, verified) = (d.D % 3 != 0, d.D % 4 != 0);
            world.Put(organization is null
                ? new Person(World.Id(0xface, n), Email(World.Id(0xface, n)), null, d.B % 3 == 0 ? World.OperatorRole : null, null, n, password, verified, d.C % 5)
                : new Person(World.Id(0xface, n), Email(World.Id(0xface, n)), organization, Pick(roles, d.B), Pick(colleagues, d.C), n, password, verified, d.A % 5));
        });
    }

    // A sign-in, or another pair of one that is there.
    private static Session Pair(World world, string key, string owner, bool another, bool rotated, bool revoked)
    {
        var family = another ? world.All<Session>().FirstOrDefault(s => s.Family is null) : null;
        return new Session(key, family?.Owner ?? owner, family?.Key, $"token of {key}", family is not null && rotated, revoked);
    }

    private static void OneVote(World world, int n, Message message, string voter)
    {
        if (!world.All<Vote>().Any(v => v.Message == message.Key && v.Voter == voter))
        {
            world.Put(new Vote(World.Id(0x707e, n), message.Key, voter));
        }
    }

    // A third of the versions are of a document that is there: same owner, same organization.
    private static void Version(World world, int n, (int A, int B, int C, int D) d, string[] people, string?[] organizations)
    {
        if (d.D % 3 != 0 || !Any<Document>(world, d.C, v => world.Put(v with { At = n })))
        {
            world.Put(new Document(World.Id(0xd0c, n), n, Pick(people, d.A), Pick(organizations, d.B)));
        }
    }

    private static void Invite(World world, int n, (int A, int B, int C, int D) d, string[] people)
    {
        var organization = world.All<Organization>().ElementAt(d.A % world.All<Organization>().Count()).Key;
        var roles = world.All<Role>().Where(r => r.Org is null || r.Org == organization).ToArray();
        // Every other one by the founder, and so mostly good.
        var by = d.D % 2 == 0 ? world.All<Person>().First(p => p.Org == organization).Key : Pick(people, d.D);
        world.Put(new Invitation(
            World.Id(0x17, n), organization, Email(Pick(people, d.B)), Pick(roles, d.C).Key, by, d.D % 7 == 0, d.D % 5 == 0));
    }

    private static string Email(string person) => $"{person}@model";

    public static T Pick<T>(IReadOnlyList<T> from, int number) => from[number % from.Count];

    private static bool Any<T>(World world, int number, Action<T> act) where T : class, IRow
    {
        var rows = world.All<T>().ToArray();
        if (rows.Length > 0)
        {
            act(Pick(rows, number));
        }

        return rows.Length > 0;
    }

    private static void Each((int A, int B, int C, int D)[] drafts, Action<int, (int A, int B, int C, int D)> act)
    {
        for (var n = 0; n < drafts.Length; n++)
        {
            act(n, drafts[n]);
        }
    }
}
