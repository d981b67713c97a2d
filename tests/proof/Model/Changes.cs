using System.Collections.Immutable;

namespace RlsChat.Tests.Proof.Model;

/// <summary>What the contract says happens: leaving, deleting an account, and what goes with a row that goes.</summary>
internal static class Changes
{
    /// <summary>Later than every membership that a world begins with.</summary>
    public const int Now = 1_000_000;

    /// <summary>
    /// What they own in the organization goes to their manager, or else to the longest-standing
    /// administrator, and to the remover only where nobody else is left to take it; their reports move
    /// up; with its last member the organization ends.
    /// </summary>
    public static void Leave(World world, Person person, string? remover = null)
    {
        var others = world.All<Person>().Where(p => p.Org == person.Org && p.Key != person.Key).ToList();
        var heir = person.Manager is { } manager && manager != remover ? manager : others.Where(p => p.Role == World.AdminRole)
            .OrderBy(p => p.Key == remover).ThenBy(p => p.Joined).ThenBy(p => p.Key, StringComparer.Ordinal).FirstOrDefault()?.Key;
        foreach (var report in others.Where(p => p.Manager == person.Key))
        {
            world.Put(report with { Manager = person.Manager });
        }

        foreach (var chat in world.All<Chat>().Where(c => c.Owner == person.Key && c.Org == person.Org).ToList())
        {
            world.Put(chat with { Owner = heir ?? chat.Owner });
        }

        foreach (var document in world.All<Document>().Where(d => d.Owner == person.Key && d.Org == person.Org).ToList())
        {
            world.Put(document with { Owner = heir ?? document.Owner });
        }

        world.Put(person with { Org = null, Role = null, Manager = null });
        if (others.Count == 0)
        {
            Dissolve(world, person.Org!);
        }
    }

    public static void DeleteAccount(World world, Person person)
    {
        if (person.Org is not null)
        {
            Leave(world, person);
        }

        foreach (var row in world.Rows.ToList())
        {
            switch (row)
            {
                case Chat chat when chat.Owner == person.Key:
                case Document document when document.Owner == person.Key:
                case Vote vote when vote.Voter == person.Key:
                case Invitation invitation when invitation.By == person.Key:
                case Account account when account.Owner == person.Key:
                case Session session when session.Owner == person.Key:
                case Mailed mailed when mailed.Owner == person.Key:
                case CreditEntry entry when entry.Owner == person.Key:
                case IdempotencyKey key when key.Owner == person.Key:
                case Quota quota when quota.Owner == person.Key:
                case Person self when self.Key == person.Key:
                    Delete(world, row);
                    break;
                case Message message when message.Author == person.Key && world.Rows.Contains(row):
                    world.Put(message with { Author = null });
                    break;
                case Suggestion suggestion when suggestion.Author == person.Key && world.Rows.Contains(row):
                    world.Put(suggestion with { Author = null });
                    break;
                case Stream stream when stream.Opener == person.Key && world.Rows.Contains(row):
                    world.Put(stream with { Opener = null });
                    break;
            }
        }
    }

    /// <summary>The row goes, and what hangs on it.</summary>
    public static void Delete(World world, IRow gone)
    {
        world.Remove(gone);
        foreach (var stream in world.All<Stream>().Where(s => gone is Message && s.Message == gone.Key).ToList())
        {
            world.Put(stream with { Message = null });
        }

        foreach (var row in world.Rows.ToList())
        {
            if (row switch
            {
                Message message => gone is Chat && message.Chat == gone.Key,
                Stream stream => gone is Chat && stream.Chat == gone.Key,
                Vote vote => gone is Message && vote.Message == gone.Key,
                Chunk chunk => gone is Stream && chunk.Stream == gone.Key,
                Suggestion suggestion => gone is Document && suggestion.Document == gone.Key,
                Invitation invitation => gone is Role && invitation.Role == gone.Key,
                Session session => gone is Session && session.Family == gone.Key,
                _ => false,
            })
            {
                Delete(world, row);
            }
        }
    }

    /// <summary>Whoever else is signed in as the person is out, and no mail to them is good any more.</summary>
    public static void EndSignIns(World world, string person)
    {
        foreach (var row in world.Rows.ToList())
        {
            if (row is Session session && session.Owner == person)
            {
                world.Put(session with { Revoked = true });
            }
            else if (row is Mailed mailed && mailed.Owner == person)
            {
                world.Remove(row);
            }
        }
    }

    /// <summary>An unverified address reserves nothing against whoever proves it.</summary>
    public static void Release(World world, string email, string keeper)
    {
        foreach (var person in world.All<Person>().Where(p => p.Email == email && !p.Verified && p.Key != keeper).ToList())
        {
            world.Put(person with { Email = "" });
        }
    }

    public static void Join(World world, Person person, string organization, string role) =>
        world.Put(person with { Org = organization, Role = role, Joined = Now });

    // Its chats and documents go back to their owners as personal ones.
    private static void Dissolve(World world, string organization)
    {
        foreach (var row in world.Rows.ToList())
        {
            switch (row)
            {
                case Chat chat when chat.Org == organization:
                    world.Put(chat with { Org = null });
                    break;
                case Document document when document.Org == organization:
                    world.Put(document with { Org = null });
                    break;
                case Role role when role.Org == organization:
                case Invitation invitation when invitation.Org == organization:
                case Organization it when it.Key == organization:
                    world.Remove(row);
                    break;
            }
        }
    }
}
