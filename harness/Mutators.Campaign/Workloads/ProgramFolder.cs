namespace Mutators.Campaign.Workloads;

/// <summary>Copies of a built program's folder, with some assemblies in the place of golden's.</summary>
internal static class ProgramFolder
{
    /// <summary>Copies a folder.</summary>
    public static void Copy(string from, string to)
    {
        Delete(to);
        foreach (var folder in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories).Prepend(from))
        {
            Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, folder)));
        }

        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            File.Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)));
        }
    }

    /// <summary>Lays an assembly and its debug information over golden's; a program that does not use the assembly stays as it is.</summary>
    /// <returns>Whether the program uses it.</returns>
    public static bool Overlay(string folder, string assemblyPath, byte[] image, byte[] symbols)
    {
        var path = Path.Combine(folder, Path.GetFileName(assemblyPath));
        if (!File.Exists(path))
        {
            return false;
        }

        File.WriteAllBytes(path, image);
        var pdb = Path.ChangeExtension(path, ".pdb");
        if (symbols.Length > 0)
        {
            File.WriteAllBytes(pdb, symbols);
        }

        return true;
    }

    /// <summary>Deletes a folder of ours; one that a process which is being killed still holds is deleted next time.</summary>
    public static void Delete(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
        catch (IOException)
        {
            // Windows does not delete what is in use.
        }
        catch (UnauthorizedAccessException)
        {
            // The same, said otherwise.
        }
    }
}
