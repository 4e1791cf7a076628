// As test projects for VSTest have it: run as a program, they do nothing and say nothing.
return 0;
