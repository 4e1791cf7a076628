Kinds.All();
